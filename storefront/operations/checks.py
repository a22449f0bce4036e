"""System checks that name a missing variable and the command that provides it."""

from django.conf import settings
from django.core import checks

REQUIRED = ("DATABASE_URL", "REDIS_URL", "KAFKA_BOOTSTRAP_SERVERS")


@checks.register()
def services_are_named(**kwargs: object) -> list[checks.CheckMessage]:
    """Every service must have an address, from the environment or from var/services.env."""
    return [
        checks.Warning(
            f"{name} is not set.",
            hint="Set it in the environment, or run `python manage.py services up`.",
            id="storefront.W001",
        )
        for name in REQUIRED
        if not getattr(settings, name)
    ]
