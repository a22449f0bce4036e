"""Training, model bundles, candidates, ranking, widgets."""
