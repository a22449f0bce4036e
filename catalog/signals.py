"""What other rooms may wait for."""

from django.dispatch import Signal

# The tables are what the files say; sent within the transaction that says so.
ingested = Signal()
