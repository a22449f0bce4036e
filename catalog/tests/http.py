"""HTTP clients for tests."""

import uuid
from ipaddress import IPv6Address


def new_address() -> str:
    """A client address that no quota has counted yet."""
    return str(IPv6Address(uuid.uuid4().int))
