"""Files as people have them: any packing, encoding, dialect and order of columns, as rows of text.

One reader serves the ingest, the replay from a file, the export's customers and the questions
about outfits.
"""
