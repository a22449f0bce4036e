"""Signals for other apps."""

from django.dispatch import Signal

# Sent when an ingest finishes, inside its transaction.
ingested = Signal()
