"""Outfits over HTTP and by command, on PostgreSQL."""

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from recommendations.models import ModelVersion
from recommendations.serving.outfits import Request, outfit
from recommendations.tests.shops import Lived, Wardrobe, bought_together, train
from streaming.features import dislikes

pytestmark = pytest.mark.django_db
URL = "/api/v1/outfits/"
SVG = "{http://www.w3.org/2000/svg}"
KINDS = {"shirt": 255, "trousers": 272, "jacket": 262, "sneaker": 87, "bag": 66}


@pytest.fixture
def wardrobe() -> Wardrobe:
    return bought_together(KINDS, 4, 6)


@pytest.fixture
def trained(wardrobe: Wardrobe) -> Wardrobe:
    train()
    return wardrobe


def post(client: Client, **body: Any) -> tuple[int, Any]:
    reply = client.post(URL, json.dumps(body), content_type="application/json")
    return reply.status_code, reply.json()


def test_a_shirt_is_completed_by_what_is_bought_with_it(client: Client, trained: Wardrobe) -> None:
    status, look = post(client, articles=[trained["shirt"][1].article_id])
    assert status == 200
    pieces = {piece["slot"]: piece for piece in look["pieces"]}
    assert pieces.keys() == {"bottom", "outer", "shoes", "accessory"}
    assert pieces["bottom"]["article"] == trained["trousers"][1].article_id
    assert pieces["bottom"]["reason"] == "Often worn with Shirt b"
    assert len(pieces["bottom"]["alternatives"]) == 3
    assert Decimal(look["total"]) == sum(Decimal(piece["price"]) for piece in look["pieces"])
    assert look["model_version"]
    assert not look["degraded"]


def test_get_and_post_say_the_same_twice(client: Client, trained: Wardrobe) -> None:
    bag = [trained["shirt"][0].article_id, trained["bag"][2].article_id]
    first = client.get(URL, {"articles": bag, "slots": ["shoes", "bottom"]}).json()
    second = post(client, articles=bag, slots=["bottom", "shoes"])[1]
    assert first["pieces"] == second["pieces"]
    assert {piece["slot"] for piece in first["pieces"]} == {"shoes", "bottom"}


def test_swapping_a_piece_brings_another_and_a_locked_one_stays(
    client: Client, trained: Wardrobe
) -> None:
    bag = [trained["shirt"][0].article_id]
    shoes, bottom = (trained[kind][0].article_id for kind in ("sneaker", "trousers"))
    look = post(client, articles=bag, locked=[bottom], swapped=[shoes])[1]
    pieces = {piece["slot"]: piece for piece in look["pieces"]}
    assert pieces["bottom"]["article"] == bottom
    assert pieces["bottom"]["locked"]
    assert pieces["shoes"]["article"] != shoes


def test_the_budget_covers_the_locked_pieces_too(client: Client, trained: Wardrobe) -> None:
    bag, locked = [trained["shirt"][0].article_id], [trained["trousers"][3].article_id]
    look = post(client, articles=bag, locked=locked, budget="46.00")[1]
    assert Decimal("25") < Decimal(look["total"]) <= Decimal("46.00")
    assert len(look["pieces"]) == 3


def test_what_was_bought_lately_is_not_proposed(
    client: Client, trained: Wardrobe, lived: Lived
) -> None:
    shirt, shoes = trained["shirt"][0].pk, trained["sneaker"][0].pk
    buyer = lived([(shoes, "purchase", 86_400_000)])
    proposed = {piece.article for piece in outfit(Request([shirt]), buyer).pieces}
    assert shoes not in proposed
    assert shoes in {piece.article for piece in outfit(Request([shirt])).pieces}


def test_what_the_shopper_wants_less_of_is_not_proposed_in_any_colour(
    client: Client, trained: Wardrobe
) -> None:
    shirt, shoes = trained["shirt"][0].pk, trained["sneaker"][0].pk
    shopper = "a" + "7" * 32
    dislikes.add(shopper, shoes)
    look = outfit(Request([shirt]), shopper)
    shown = {key for piece in look.pieces for key in (piece.article, *piece.alternatives)}
    assert shoes not in shown
    assert any(piece.slot == "shoes" for piece in look.pieces)


def test_articles_nobody_knows_are_passed_over(client: Client, trained: Wardrobe) -> None:
    status, look = post(client, articles=["0000000007", trained["shirt"][0].article_id])
    assert status == 200
    assert look["unknown"] == ["0000000007"]
    assert look["pieces"]
    assert post(client)[1]["strategy"] == "best_sellers_by_slot"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"articles": ["shirt"]}, "articles"),
        ({"articles": ["1"] * 21}, "articles"),
        ({"slots": ["hat rack"]}, "slots"),
        ({"budget": "-1"}, "budget"),
        ({"budget": "NaN"}, "budget"),
        ({"k": 99}, "k"),
        ({"avoid_colours": ["red"]}, "avoid_colours"),
    ],
)
def test_a_wrong_field_is_named(client: Client, body: dict[str, Any], field: str) -> None:
    status, answer = post(client, **body)
    assert status == 400
    assert field in answer["errors"]


def test_without_a_model_the_answer_is_empty_and_says_so(
    client: Client, wardrobe: Wardrobe
) -> None:
    status, look = post(client, articles=[wardrobe["shirt"][0].article_id])
    assert status == 200
    assert look["degraded"]
    assert look["pieces"] == []


def test_the_product_page_and_the_bag_complete_the_outfit(
    client: Client, trained: Wardrobe
) -> None:
    shirt, trousers = trained["shirt"][1], trained["trousers"][1]
    page = client.get(f"/article/{shirt.article_id}/").content.decode()
    assert "Complete the outfit" in page
    assert "Often worn with Shirt b" in page
    client.post("/bag/add/", {"article": shirt.article_id, "quantity": 1})
    client.post("/bag/add/", {"article": trousers.article_id, "quantity": 1})
    bag = client.get("/bag/").content.decode()
    shelf = bag[bag.index('id="shelf-outfit"') :].split("</section>")[0]
    assert trained["sneaker"][1].article_id in shelf
    assert trousers.article_id not in shelf


@pytest.mark.parametrize("as_of", [None, "2020-09-18"])
def test_questions_of_a_file_are_answered_line_by_line(
    trained: Wardrobe, tmp_path: Path, as_of: str | None
) -> None:
    asked, out = tmp_path / "questions.jsonl", tmp_path / "answers.jsonl"
    bag = [trained["shirt"][1].article_id]
    choices = [trained["trousers"][n].article_id for n in range(4)]
    lines = [{"id": 7, "bag": bag, "choices": choices}, {"id": "x", "bag": ["1"], "choices": ["2"]}]
    asked.write_text("".join(json.dumps(line) + "\n" for line in lines))
    options = {"as_of": date.fromisoformat(as_of)} if as_of else {}
    call_command("score_outfits", questions=asked, out=out, **options)
    first, second = (json.loads(line) for line in out.read_text().splitlines())
    assert first["id"] == 7
    assert max(zip(first["scores"], choices, strict=True))[1] == choices[1]
    assert choices[1] in first["top"]
    assert second["id"] == "x"
    assert len(second["scores"]) == 1


def test_a_broken_line_is_named_and_nothing_is_written(trained: Wardrobe, tmp_path: Path) -> None:
    asked, out = tmp_path / "questions.jsonl", tmp_path / "answers.jsonl"
    asked.write_text('{"id": 1, "bag": []}\n{"id": 2}\n')
    with pytest.raises(CommandError, match="line 2"):
        call_command("score_outfits", questions=asked, out=out)
    assert not out.exists()


def test_the_evaluation_writes_figures_and_a_drawing_that_the_admin_shows(
    admin_client: Client, trained: Wardrobe, tmp_path: Path
) -> None:
    version = ModelVersion.objects.active().get()
    change = reverse("admin:recommendations_modelversion_change", args=[version.pk])
    address = reverse("admin:recommendations_outfits", args=[version.pk])
    assert admin_client.get(address).status_code == 404
    assert "not evaluated: manage.py evaluate_outfits" in admin_client.get(change).text
    figures, drawing = tmp_path / "figures.json", tmp_path / "figures.svg"
    call_command("evaluate_outfits", json=figures, plot=drawing)
    found = json.loads(figures.read_text())
    assert found["test_day"] == "2020-09-20"
    assert (found["baskets"], found["questions"]) == (4, 20)
    assert {"model", "slot popularity", "raw counts"} <= found["systems"].keys()
    assert 0 <= found["calibration"]["error"] <= 1
    assert found["candidates"].keys() == {"limits", "200", "40"}
    assert found["candidates"]["200"]["article pairs, by lift"].keys() >= {"value", "low", "high"}
    assert found["leads"]["model minus raw counts"]["fitb"].keys() >= {"value", "low", "high"}
    assert f'src="{address}"' in admin_client.get(change).text
    shown = admin_client.get(address)
    assert shown.headers["Content-Type"] == "image/svg+xml"
    assert shown.content == drawing.read_bytes()
    assert {part.tag for part in ElementTree.fromstring(shown.text).iter()} >= {f"{SVG}rect"}
