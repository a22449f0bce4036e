"""What an API key gives access to, and which users have the same access."""

from typing import Any

from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from catalog.models import ApiKey


class HasScope(BasePermission):
    """Allows keys with the view's `scope`, and users with its `permission`."""

    def has_permission(self, request: Request, view: Any) -> bool:
        return has_scope(request, view.scope) or request.user.has_perm(view.permission)


def has_scope(request: Request, scope: str) -> bool:
    """Whether the request carries a key with this scope."""
    return isinstance(request.auth, ApiKey) and scope in request.auth.scopes
