"""Clean columns to tables: articles, customers and their look-up tables at once, sales by block."""
