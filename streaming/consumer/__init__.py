"""One runtime for all that reads the event log; what is done with events is a Processor."""
