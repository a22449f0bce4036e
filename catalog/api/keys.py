"""`Authorization: Bearer fre_…`: authentication of server clients by API key."""

from typing import Any

from django.contrib.auth.models import AnonymousUser
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from catalog.models import ApiKey


class KeyAuthentication(BaseAuthentication):
    """Queries the database only if a key is sent; an invalid key is a 401, never anonymous."""

    def authenticate(self, request: Request) -> tuple[AnonymousUser, ApiKey] | None:
        kind, _, secret = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
        if kind.lower() != "bearer":
            return None
        key = ApiKey.objects.filter(digest=ApiKey.digest_of(secret)).first()
        if key is None or not key.is_valid:
            raise AuthenticationFailed("This API key is unknown, revoked or expired.")
        return AnonymousUser(), key

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


class KeyScheme(OpenApiAuthenticationExtension):
    target_class = KeyAuthentication
    name = "apiKey"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer"}


class HasScope(BasePermission):
    """Allows keys with the view's `scope`, and users with its `permission`."""

    def has_permission(self, request: Request, view: Any) -> bool:
        return has_scope(request, view.scope) or request.user.has_perm(view.permission)


def has_scope(request: Request, scope: str) -> bool:
    """Whether the request carries a key with this scope."""
    return isinstance(request.auth, ApiKey) and scope in request.auth.scopes
