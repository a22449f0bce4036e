"""Celery tasks of the queue `default`."""

from celery import shared_task
from django.core.management import call_command

from storefront.privacy import erasure


@shared_task(name="storefront.finish_erasures")
def finish_erasures() -> int:
    """Erase what was unreachable at the time, and shoppers brought back by a backup."""
    erasure.erase_restored()
    return erasure.finish_erasure()[0]


@shared_task(name="storefront.clear_sessions")
def clear_sessions() -> None:
    """Delete expired sessions, and with them the addresses given at checkout."""
    call_command("clearsessions")
