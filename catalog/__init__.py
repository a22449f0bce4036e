"""The catalogue: schema, H&M files in and out, search, images."""
