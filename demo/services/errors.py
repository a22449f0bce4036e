"""Errors of the services, with messages a user can act on."""


class ServiceError(Exception):
    """A service can't be started, reached or stopped."""


class PortTakenError(ServiceError):
    """Another program took the port between choosing it and listening on it."""


class NotAnsweringError(ServiceError):
    """A server doesn't respond to a real request of its protocol (yet)."""
