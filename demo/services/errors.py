"""What can go wrong with a service, in words a user can act on."""


class ServiceError(Exception):
    """A service cannot be started, reached or stopped."""


class PortTakenError(ServiceError):
    """Someone else took the port between choosing it and listening on it."""


class NotAnsweringError(ServiceError):
    """A server does not answer a real request of its protocol (yet)."""
