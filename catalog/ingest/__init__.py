"""H&M files in: CSV blocks → clean columns → keys → binary COPY → month partitions, resumable."""
