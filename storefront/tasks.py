"""Background work of the queue `default`."""

from celery import shared_task
from django.core.management import call_command

from storefront.privacy import erasure


@shared_task(name="storefront.finish_erasures")
def finish_erasures() -> int:
    """Erase what couldn't be reached when a shopper was erased, and whom a backup brought back."""
    erasure.bury_again()
    return erasure.finish()[0]


@shared_task(name="storefront.clear_sessions")
def clear_sessions() -> None:
    """Delete expired sessions: an address given at a checkout stays no longer than its session."""
    call_command("clearsessions")
