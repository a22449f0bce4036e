class IngestError(Exception):
    """The ingest can't go on; the message tells a person what to do. The database is consistent."""
