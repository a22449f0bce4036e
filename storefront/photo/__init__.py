"""Find by photo: a form for a picture, and what looks like it."""
