import hashlib
import secrets

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone

PREFIX = "fre_"


class Scope(models.TextChoices):
    """What a key gives access to beyond public data."""

    FEATURES = "features:read", "read any shopper's features"
    MODELS = "models:read", "read the model versions and their metrics"
    STATUS = "status:read", "read the state of services, stream and model"


class ApiKey(models.Model):
    """A server client's key. Only its SHA-256 is stored, so it can be shown only once.

    A plain hash is enough for 256 random bits. `expires_at` may be empty.
    """

    name = models.CharField(max_length=80, unique=True)
    start = models.CharField(max_length=12, editable=False)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    scopes = ArrayField(models.CharField(max_length=30, choices=Scope), default=list)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, editable=False
    )
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        ordering = ["name"]
        verbose_name = "API key"

    def __str__(self) -> str:
        return f"{self.name} ({self.start}…)"

    @staticmethod
    def digest_of(secret: str) -> str:
        return hashlib.sha256(secret.encode()).hexdigest()

    def draw(self) -> str:
        """Generate a new secret and set its hash; doesn't save the row."""
        secret = PREFIX + secrets.token_urlsafe(32)
        self.start, self.digest = secret[:12], self.digest_of(secret)
        return secret

    @property
    def is_valid(self) -> bool:
        expired = self.expires_at is not None and self.expires_at <= timezone.now()
        return self.revoked_at is None and not expired

    def revoke(self) -> None:
        self.revoked_at = self.revoked_at or timezone.now()
        self.save(update_fields=["revoked_at"])
