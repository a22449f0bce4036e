"""Photo search: a form for a picture, and similar articles."""
