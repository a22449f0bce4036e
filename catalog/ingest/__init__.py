"""Resumable ingest of H&M files: CSV blocks → clean columns → keys → binary COPY → partitions."""
