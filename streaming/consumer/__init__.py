"""One runtime for all consumers of the event log; a Processor handles the events."""
