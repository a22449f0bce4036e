"""Reads files in any compression, encoding, dialect and column order, as rows of text.

One reader serves the ingest, the replay from a file, the customers of exports and the questions
about outfits.
"""
