"""Reads files as users have them, in any packing, encoding, dialect and column order, as text rows.

One reader serves the ingest, the replay from a file, the customers of exports and the questions
about outfits.
"""
