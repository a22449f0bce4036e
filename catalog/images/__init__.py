"""Pictures of articles: the folder of the H&M files, their renditions, and the image server."""
