"""Pictures of articles: the folder of the H&M files, renditions of it, and the image server."""
