class IngestError(Exception):
    """The ingest can't continue; the message says what to do. The database is consistent."""
