"""One consumer runtime for all that reads the event log; what it does with events is a Processor."""
