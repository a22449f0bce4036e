"""Display names, from the kinds of raw names that H&M's files have."""

import pytest

from catalog.models.titles import title_of

CASES = [
    ("Jade HW Skinny Denim TRS", "Jade High Waist Skinny Denim Trousers"),
    ("Ronny RN t-shirt", "Ronny round-neck t-shirt"),
    ("Linen shirt (1)", "Linen shirt"),
    ("ED Luna 5pkt", "Luna 5-pocket"),
    ("OL blixten PQ sneaker", "Blixten sneaker"),
    ("Malcolm Skinny 5 pkt", "Malcolm Skinny 5-pocket"),
    ("Clay TEE", "Clay tee"),
    ("Sabilla 3 pack", "Sabilla 3-pack"),
    ("Fleece 1 p tights", "Fleece tights"),
    ("Wing dress.", "Wing dress"),
    ("Lana seamless HW tigths", "Lana seamless high waist tights"),
    ("PINK LINEN dress", "Pink linen dress"),
    ("SB", "SB"),
    ("Supreme +", "Supreme"),
    ("MIA", "MIA"),
]


@pytest.mark.parametrize(("raw", "shown"), CASES)
def test_a_raw_name_is_cleaned_for_show(raw: str, shown: str) -> None:
    assert title_of(raw) == shown
