"""The shop's figures for Prometheus: what /metrics answers."""

from prometheus_client import CollectorRegistry, generate_latest

from streaming import metrics as stream


def exposition() -> bytes:
    """Prometheus text of the whole shop."""
    registry = CollectorRegistry()
    registry.register(stream.Stream())
    return generate_latest(registry)
