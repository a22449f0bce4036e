"""Settings of the demo's first half, which starts the services: no shop, which takes seconds to
load."""

from storefront.settings.environment import VAR_DIR

__all__ = ["VAR_DIR"]

INSTALLED_APPS = ["demo"]
