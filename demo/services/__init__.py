"""PostgreSQL, Redis and Kafka protocol without installation: real servers from Python wheels.

Independent of Django: it runs before settings can be read, and writes services.env for them.
"""

from demo.services.process import ServiceError
from demo.services.supervisor import NAMES, ServiceStatus, down, running, status, up

__all__ = ["NAMES", "ServiceError", "ServiceStatus", "down", "running", "status", "up"]
