"""Dead letters, shown and replayed. They are in Kafka, so the page reads its topic."""

from collections import Counter, deque
from dataclasses import dataclass
from typing import Final

from confluent_kafka import KafkaException
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern

from catalog.admin.base import note
from streaming import dead_letters
from streaming.models import DeadMessage
from streaming.producers.acknowledged import DeadLetter

SHOWN: Final = 200
TEXT: Final = 600


@dataclass(frozen=True)
class Row:
    number: int
    letter: DeadLetter

    @property
    def place(self) -> str:
        letter = self.letter
        if not letter.topic:
            return "never sent"
        return f"{letter.topic}, partition {letter.partition}, offset {letter.offset}"

    @property
    def text(self) -> str:
        """The message as it can be read, cut where it is long."""
        return self.letter.value[:TEXT].decode(errors="backslashreplace")


@dataclass(frozen=True)
class DeadLetterPage:
    """The newest letters first, at most SHOWN; `errors` counts those of all letters."""

    total: int
    rows: list[Row]
    errors: list[tuple[str, int]]


def read() -> DeadLetterPage:
    """Raise KafkaException."""
    newest: deque[Row] = deque(maxlen=SHOWN)
    errors: Counter[str] = Counter()
    for number, letter in dead_letters.dead_letters():
        newest.append(Row(number, letter))
        errors[letter.error] += 1
    return DeadLetterPage(errors.total(), list(reversed(newest)), errors.most_common(8))


@admin.register(DeadMessage)
class DeadMessageAdmin(admin.ModelAdmin[DeadMessage]):
    def get_urls(self) -> list[URLPattern]:
        """The list alone: letters have no table, and so no page each."""
        return [url for url in super().get_urls() if str(url.name).endswith("_changelist")]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def changelist_view(self, request: HttpRequest, extra_context: object = None) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        if request.method == "POST":
            return self.send_again(request)
        try:
            letters = read()
        except KafkaException as error:
            letters = None
            self.message_user(request, f"Kafka is down: {error}", messages.ERROR)
        context = {
            **self.admin_site.each_context(request),
            "title": "Dead letters",
            "opts": self.opts,
            "letters": letters,
            "may_replay": self.has_change_permission(request),
        }
        return TemplateResponse(request, "admin/streaming/deadmessage/change_list.html", context)

    def send_again(self, request: HttpRequest) -> HttpResponse:
        """The chosen letters, or all. What fails again comes back as a new letter."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        everything = "all" in request.POST
        chosen = {int(text) for text in request.POST.getlist("letter") if text.isdecimal()}
        if not (everything or chosen):
            self.message_user(request, "Choose at least one letter.", messages.WARNING)
            return redirect(request.path)
        try:
            sent, failed = dead_letters.replay(None if everything else chosen)
        except KafkaException as error:
            self.message_user(request, f"Kafka is down: {error}", messages.ERROR)
            return redirect(request.path)
        which = "all" if everything else sorted(chosen)
        note(request, DeadMessage, "dead letters", f"Sent {sent} again: {which}.")
        text = f"{sent} sent again" + (f", {failed} could not be sent" if failed else "")
        level = messages.WARNING if failed else messages.SUCCESS
        self.message_user(request, f"{text}. What fails again comes back as a new letter.", level)
        return redirect(request.path)
