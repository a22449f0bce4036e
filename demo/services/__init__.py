"""PostgreSQL, Redis protocol and Kafka protocol without installing any: real servers from wheels.

Free of Django: it runs before settings can be read, and writes what they read (services.env).
"""

from demo.services.errors import ServiceError
from demo.services.supervisor import NAMES, ServiceStatus, down, status, up

__all__ = ["NAMES", "ServiceError", "ServiceStatus", "down", "status", "up"]
