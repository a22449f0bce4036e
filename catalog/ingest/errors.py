class IngestError(Exception):
    """The ingest can't go on; the message says what to do. The database is consistent."""
