"""The catalogue: schema, ingest of H&M files, search, images."""
