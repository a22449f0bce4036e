"""The recommendation and outfit endpoints under load."""
