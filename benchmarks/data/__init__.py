"""Loading the files: rows per second, and growth of the time with the size."""
