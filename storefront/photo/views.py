"""The photo search page: upload or camera, similar articles, and the pieces of the look."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods

from catalog.article_cache import in_order
from catalog.models import IndexGroup
from recommendations.bundle import registry
from recommendations.bundle.reader import Bundle
from recommendations.outfits.slots import slots
from recommendations.vision.pictures import PictureError, TooLargeError, opened
from recommendations.vision.search import (
    REGIONS,
    SMALLEST_SIDE,
    WHOLE,
    Alike,
    Box,
    alike,
    pieces,
    ready,
)
from storefront.listing.swatches import Card, with_colours
from web.json_types import Json
from web.requests.uploads import keep_in_memory

SHOWN: Final = 24
OF_A_PART: Final = 6


class PhotoForm(forms.Form):
    picture = forms.FileField()
    index_group = forms.ModelChoiceField(IndexGroup.objects.all(), required=False)
    part = forms.ChoiceField(choices=[(name, name) for name in REGIONS], required=False)
    # The sides of an own part, in percent of the picture's width and height.
    left, top, right, bottom = (
        forms.IntegerField(required=False, min_value=0, max_value=100) for _side in Box._fields
    )

    def clean(self) -> dict[str, object]:
        """Adds `box`: the own part if it is not the whole picture, else the chosen region."""
        found = super().clean() or {}
        sides = [found.get(side) for side in Box._fields]
        given = zip(sides, WHOLE, strict=True)
        box = Box(*(side if percent is None else percent / 100 for percent, side in given))
        if not box.is_usable:
            least = round(SMALLEST_SIDE * 100)
            raise forms.ValidationError(
                _(
                    "The part needs left before right and top before bottom, "
                    "each side at least %(least)s percent."
                )
                % {"least": least}
            )
        return found | {"box": REGIONS.get(found.get("part", ""), WHOLE) if box == WHOLE else box}


@dataclass(frozen=True)
class Part:
    """One piece of a photographed look."""

    title: str
    cards: list[Card]


@csrf_exempt
def search_photo(request: HttpRequest) -> HttpResponse:
    """Sets the upload handler before the CSRF check parses the body for its token."""
    if request.method == "POST":
        keep_in_memory(request)
    return _search_photo(request)


@csrf_protect
@require_http_methods(["GET", "HEAD", "POST"])
def _search_photo(request: HttpRequest) -> HttpResponse:
    bundle = registry.active()
    context: dict[str, object] = {"audiences": IndexGroup.objects.exclude(pk=-1), "sides": sides()}
    if bundle is None or not ready(bundle):
        return _page(request, context | {"off": True}, HTTPStatus.OK)
    if request.method != "POST":
        return _page(request, context, HTTPStatus.OK)
    form = PhotoForm(request.POST, request.FILES)
    if not form.is_valid():
        field, messages = next(iter(form.errors.items()))
        fault = messages[0] if field == NON_FIELD_ERRORS else f"{field}: {messages[0]}"
        return _page(request, context | {"fault": fault}, HTTPStatus.BAD_REQUEST)
    status, found = _found(bundle, form.cleaned_data)
    return _page(request, context | found, status)


def _page(request: HttpRequest, context: dict[str, object], status: HTTPStatus) -> HttpResponse:
    return render(request, "shop/photo.html", context, status=status)


def _found(bundle: Bundle, asked: Json) -> tuple[HTTPStatus, Json]:
    upload: UploadedFile[Any] = asked["picture"]
    try:
        picture = opened(upload.read())
    except TooLargeError as error:
        return HTTPStatus.REQUEST_ENTITY_TOO_LARGE, {"fault": f"{error}."}
    except PictureError as error:
        return HTTPStatus.BAD_REQUEST, {"fault": _("picture: {}.").format(error)}
    group = asked["index_group"].pk if asked["index_group"] else None
    box: Box = asked["box"]
    found = alike(bundle, box.of(picture), group, SHOWN)
    parts = pieces(bundle, picture, group, OF_A_PART) if box == WHOLE else []
    return HTTPStatus.OK, {
        "has_searched": True,
        "group": group,
        "cards": _cards(bundle, found),
        "parts": [
            Part(slots().label(part.slot), _cards(bundle, part.found))
            for part in parts
            if part.slot != slots().other
        ],
    }


def sides() -> list[tuple[str, str, int]]:
    """Name, label and usual value, in percent, of the fields of an own part."""
    labels = (
        pgettext("side of a picture", "Left"),
        pgettext("side of a picture", "Top"),
        pgettext("side of a picture", "Right"),
        pgettext("side of a picture", "Bottom"),
    )
    whole = (round(100 * side) for side in WHOLE)
    return list(zip(Box._fields, labels, whole, strict=True))


def _cards(bundle: Bundle, found: Alike) -> list[Card]:
    return with_colours(in_order(bundle.article[found.rows].tolist()))
