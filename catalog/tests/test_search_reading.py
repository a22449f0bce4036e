"""How queries are parsed. A part is written as kind.key, a negated one with "-" before it; a price
as its bounds; words that weren't understood as they are."""

import pytest

from catalog.search.understanding.parsing import KnownWords, read
from catalog.search.understanding.reading import Part, Price
from catalog.search.understanding.vocabulary import vocabulary

READINGS = {
    "red shoes under 20": "colour.red type.shoes price<20",
    "jeans": "type.jeans",
    "trainers": "type.sneakers",
    "handbag": "type.handbag",
    "t shirt": "type.t_shirt",
    "tshirt": "type.t_shirt",
    "T-Shirt": "type.t_shirt",
    "hand bag": "type.handbag",
    "mens white shirt": "audience.men colour.white type.shirt",
    "men's white shirt": "audience.men colour.white type.shirt",
    "dresses": "type.dress",
    "boys swim shorts": "audience.boys type.swim_shorts",
    "something warm for a toddler": "occasion.warm age.toddler",
    "newborn girl": "age.newborn audience.girls",
    "winter coat for women": "occasion.winter type.coat audience.women",
    "off-shoulder top": "feature.off_shoulder type.top",
    "skinny jeans high waist": "feature.skinny type.jeans feature.high_waist",
    "light blue denim jacket": "colour.light_blue material.denim type.jacket",
    "maternity jeans": "audience.maternity type.jeans",
    # negation
    "jacket without hood": "type.jacket -feature.hood",
    "dress -black": "type.dress -colour.black",
    "Jacke ohne Kapuze": "type.jacket -feature.hood",
    "robe sans manches": "type.dress feature.sleeveless",
    "no hood or zip jacket": "-feature.hood -feature.zip type.jacket",
    # prices
    "dress 20-40": "type.dress price20-40",
    "dress 20–40 €": "type.dress price20-40",
    "dress between 20 and 40": "type.dress price20-40",
    "Kleid zwischen 20 und 40 Euro": "type.dress price20-40",
    "robe entre 20 et 40 euros": "type.dress price20-40",
    "vestido entre 20 y 40": "type.dress price20-40",
    "klänning mellan 200 och 400 kr": "type.dress price200-400",
    "trousers over 30": "type.trousers price>30",
    "hose ab 30": "type.trousers price>30",
    "robe moins de 19,99": "type.dress price<19.99",
    "vestido por menos de 25€": "type.dress price<25",
    "dress <20": "type.dress price<20",
    "€20 dress": "price<20 type.dress",
    "dress 20eur": "type.dress price<20",
    "cheap dress": "price:0.25 type.dress",
    "robe pas chère": "type.dress price:0.25",
    "tops £5-£10": "type.top price5-10",
    "top 5€-10€": "type.top price5-10",
    # numbers that aren't prices
    "age 3-4 t-shirt": "age.young_kids type.t_shirt",
    "t-shirt 3 to 4 years": "type.t_shirt age.young_kids age.young_kids",
    "tights aged 7-8": "type.tights age.young_kids",
    "7/8 trousers": "feature.cropped type.trousers",
    "5-6y leggings": "age.young_kids type.leggings",
    "body 0-3 Monate": "type.bodysuit age.baby",
    "Kleid für 6-jährige Mädchen": "type.dress age.young_kids audience.girls",
    "dress size 40-50": "type.dress",
    "white sneakers in size 38": "colour.white type.sneakers",
    "socks 39-42": "type.socks 39 42",
    "tights under 20 denier": "type.tights 20 feature.denier",
    "98-104 dress": "age.young_kids type.dress",
    "dress 8 years": "type.dress age.young_kids",
    "body 6 Monate": "type.bodysuit age.baby",
    # languages
    "schwarze Hose": "colour.black type.trousers",
    "Kleid": "type.dress",
    "jupe": "type.skirt",
    "Damenwinterjacke": "audience.women occasion.winter type.jacket",
    "Herrenschuhe": "audience.men type.shoes",
    "barnskor": "audience.kids type.shoes",
    "vinterjacka dam": "occasion.winter type.jacket audience.women",
    "sort klänning": "colour.black type.dress",
    "robe rouge": "type.dress colour.red",
    "robe": "type.robe",
    "collier or": "type.necklace colour.gold",
    "collar dorado": "type.necklace colour.gold",
    "dress with collar": "type.dress feature.collar",
    "manteau d'hiver": "type.coat occasion.winter",
    "GUERTEL": "type.belt",
    "falda vaquera": "type.skirt material.denim",
    "Wollsocken": "material.wool type.socks",
    "Rollkragenpullover": "feature.turtleneck type.sweater",
    "Weihnachtspullover": "occasion.christmas type.sweater",
    "Übergangsjacke": "ubergangsjacke type.jacket",
    # sentences
    "gift for my boyfriend": "occasion.gift audience.men",
    "Geschenk für meine Mutter": "occasion.gift audience.women",
    "do you have any nice shirts for my uncle?": "type.shirt audience.men",
    "Ich hätte gern eine Jacke für meinen Sohn, er ist 8 Jahre alt": (
        "type.jacket audience.boys age.young_kids"
    ),
    "dress for a 50 year old woman": "type.dress audience.women",
    "I don't want anything with wool, just a cotton jumper": (
        "-material.wool material.cotton type.sweater"
    ),
    "a dress that isn't too short": "type.dress -feature.mini",
    "not too expensive coat": "price:0.25 type.coat",
    "nicht zu teure Jacke": "price:0.25 type.jacket",
    "coat, budget up to 60 euros": "type.coat price<60",
    "budget coat": "price:0.25 type.coat",
    # several types
    "shirt dress": "type.shirt_dress",
    "bikini top": "type.bikini_top",
    "hat or scarf": "type.hat type.scarf",
    # unknown words
    "jade dress": "jade type.dress",
    '"slim fit" jeans': "slim+fit type.jeans",
    "👗": "type.dress",
    "": "",
    "the": "",
    "50% off": "50 off",
    "' OR 1=1 --": "1 1",
}


def shown(part: Part) -> str:
    sign = "-" if part.negated else ""
    if part.price is not None:
        return sign + price(part.price)
    return sign + (part.concept.key if part.concept else "+".join(part.words))


def price(asked: Price) -> str:
    if asked.share is not None:
        return f"price:{asked.share}"
    if asked.least is not None and asked.most is not None:
        return f"price{asked.least}-{asked.most}"
    return f"price<{asked.most}" if asked.most is not None else f"price>{asked.least}"


@pytest.mark.parametrize(("typed", "parts"), READINGS.items())
def test_what_a_query_is_read_as(typed: str, parts: str) -> None:
    assert " ".join(map(shown, read(typed, vocabulary()).parts)) == parts


@pytest.mark.parametrize(
    ("typed", "which", "rest"),
    [
        ("red shoes under 20", 0, "shoes under 20"),
        ("red shoes under 20", 2, "red shoes"),
        ("jacket without hood", 0, "without hood"),
        ("dress -black", 1, "dress"),
        ('"slim fit" jeans', 0, "jeans"),
        ("RÖD klänning", 0, "klänning"),
    ],
)
def test_a_part_can_be_taken_back(typed: str, which: int, rest: str) -> None:
    reading = read(typed, vocabulary())
    assert reading.without([reading.parts[which]]) == rest


def test_a_word_that_articles_have_is_not_corrected() -> None:
    known = KnownWords(lambda word: word == "jean", lambda word: "jeans")
    assert read("blouze jade", vocabulary(), known).text == "jeans jeans"
    assert read("jean jade", vocabulary(), known).parts[0].corrected == ""


def test_corrected_words_stand_in_their_places() -> None:
    known = KnownWords(lambda word: False, {"shrit": "shirt", "blakc": "black"}.__getitem__)
    reading = read("Blakc, shrit", vocabulary(), known)
    assert reading.text == "black, shirt"
    assert reading.typed == "Blakc, shrit"
    assert [reading.words_of(part) for part in reading.parts] == ["black", "shirt"]
