import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog.models import Article
from catalog.models.querysets import ArticleQuerySet
from catalog.search.facet_index import facet_index
from catalog.search.ranking import find, normalise_query, rank
from catalog.search.understanding.reading import Reading
from catalog.tests.factories import make_article

pytestmark = pytest.mark.django_db

BLACK = (2, "Black")
HOSTILE = [
    "'", '"', "''", "\\", "%", "_", "';DROP TABLE catalog_article;--", "a' OR '1'='1", "!!!",
    "& | ! ( ) <-> :*", "shirt:*", "shirt & !", '"unclosed phrase', "-", "-shirt", "or", "or or",
    "the", "\x00shirt\x00", "\ud800", "ﬁ", "日本語", "שלום", "👗", "a" * 5000, "shirt " * 500,
    "{{7*7}}", "<script>alert(1)</script>", "../../etc/passwd", "0x41", "1e309", "-1", "9" * 40,
    "9999999999", "2147483648", "٣٣٣٣٣٣٣٣٣٣", "\u202e", "\n\t", "shirt\r\nSet-Cookie: a=b", ":AB",
]  # fmt: skip


@pytest.fixture
def shop() -> None:
    make_article(
        1, name="Linen shirt", colour=(1, "Dark Blue"), description="Airy.", units_recent=5
    )
    make_article(2, name="Cotton shirt", colour=BLACK, colour_master=BLACK, units_recent=50)
    make_article(
        3, name="Wool coat", product_type=(2, "Coat"), colour=BLACK, colour_master=BLACK,
        description="Warm.",
    )  # fmt: skip
    make_article(
        4, name="Summer dress", product_type=(3, "Dress"), colour=(1, "Dark Blue"),
        description="Linen.",
    )  # fmt: skip


def reading(typed: str) -> Reading:
    found = rank(typed, facet_index()).reading
    assert found is not None
    return found


def search(typed: str) -> ArticleQuerySet:
    return find(typed, Article.objects.all())


def names(typed: str) -> list[str]:
    return [article.name for article in search(typed)]


@pytest.mark.usefixtures("shop")
class TestSearch:
    def test_everything_asked_for_must_be_there(self) -> None:
        assert names("black shirt") == ["Cotton shirt"]
        assert names("navy dress") == ["Summer dress"]

    def test_a_name_weighs_more_than_a_description(self) -> None:
        make_article(5, name="Piped shirt")
        make_article(6, name="Plain coat", description="Piped.", units_recent=99)
        assert names("piped") == ["Piped shirt", "Plain coat"]

    def test_of_equal_matches_the_popular_one_is_first(self) -> None:
        assert names("shirt") == ["Cotton shirt", "Linen shirt"]

    def test_what_can_be_seen_comes_before_what_cannot(self) -> None:
        make_article(5, name="Silk shirt", has_picture=True)
        assert names("shirt")[-1] == "Linen shirt"

    def test_popularity_never_outweighs_relevance(self) -> None:
        make_article(
            5, name="Pile jacket", product_type=(9, "Jacket"), description="Shaped like a coat.",
            units_recent=9_999, has_picture=True,
        )  # fmt: skip
        assert names("coat") == ["Wool coat", "Pile jacket"]

    def test_the_last_word_may_still_be_being_typed(self) -> None:
        assert names("black sh") == ["Cotton shirt"]
        assert names("dres") == ["Summer dress"]

    def test_a_quoted_phrase_and_a_minus_mean_what_they_say(self) -> None:
        assert names('"linen shirt"') == ["Linen shirt"]
        assert names('"shirt in linen"') == names('summer "shirt in linen"') == ["Linen shirt"]
        assert names('"lnien shrit"') == []
        assert names("shirt -linen") == names("shirt without linen") == ["Cotton shirt"]
        assert names('shirt -"cotton shirt"') == ["Linen shirt"]

    @pytest.mark.parametrize(
        ("typed", "meant"),
        [
            ("blakc shrit", "black shirt"),
            ("drss", "dress"),
            ("cottn", "cotton"),
            ("wol coat", "wool coat"),
        ],
    )
    def test_typing_errors_are_forgiven(self, typed: str, meant: str) -> None:
        reading = rank(typed, facet_index()).reading
        assert reading is not None
        assert reading.corrected
        assert reading.text == meant
        assert list(search(typed)) == list(search(meant))
        assert search(typed).exists()

    def test_a_word_of_another_language_is_never_corrected(self) -> None:
        make_article(5, name="Klein top")
        for typed in ("Kleid", "klänning", "robe noire", "vestido", "jupe"):
            assert not reading(typed).corrected

    def test_a_name_is_meant_by_one_error_alone(self) -> None:
        make_article(name="Marisol", product=500)
        assert reading("marisel").text == "marisol"
        assert reading("marisul top").text == "marisol top"
        assert reading("marusel").text == "marusel"

    def test_words_written_as_one_are_taken_apart(self) -> None:
        assert names("woolcoat") == names("Wollmantel") == ["Wool coat"]

    def test_as_much_as_there_is_is_better_than_an_empty_page(self) -> None:
        ranked = rank("black coat with feathers", facet_index())
        assert [part.kind for part in ranked.dropped] == ["material"]
        assert names("black coat with feathers") == ["Wool coat"]

    def test_what_matches_nothing_finds_nothing(self) -> None:
        assert names("qqqqzzzz") == []
        assert names("") == names("   ") == names("-") == names("the") == []

    @pytest.mark.parametrize(
        "typed",
        ["0108775015", "108775015", "#0108775015", "108775015.0", "Art. 0108775015", "Nr 108775015",
         "01087 75015", "０１０８７７５０１５"],
    )  # fmt: skip
    def test_an_article_id_finds_its_article_in_any_form(self, typed: str) -> None:
        make_article(108775015, product=108775, name="Strap top", units_recent=3)
        make_article(108775044, product=108775, name="Strap top", units_recent=2)
        assert [a.pk for a in search(typed)] == [108775015]

    def test_a_product_code_finds_all_its_articles(self) -> None:
        make_article(108775015, product=108775, name="Strap top", units_recent=3)
        make_article(108775044, product=108775, name="Strap top", units_recent=2)
        assert [a.pk for a in search("0108775")] == [108775015, 108775044]

    def test_a_search_stays_within_the_articles_given(self) -> None:
        navy = Article.objects.filter(colour=1)
        assert not find("black coat", navy).filter(pk=3).exists()
        assert [a.pk for a in find("shirt", navy)] == [1]

    @pytest.mark.parametrize(
        "typed",
        [
            "ｂｌａｃｋ　ｃｏａｔ",
            "bla\u00adck coat",
            "BLACK COAT",
            "\u202eblack coat",
            "black\tcoat",
        ],
    )
    def test_any_unicode_form_of_a_word_is_that_word(self, typed: str) -> None:
        assert names(typed) == ["Wool coat"]

    def test_letters_with_marks_may_be_typed_in_any_way(self) -> None:
        for typed in ("klänning", "kla\u0308nning", "klanning", "KLÄNNING"):
            assert names(typed) == ["Summer dress"]

    @pytest.mark.parametrize("typed", HOSTILE)
    def test_hostile_words_are_only_words(self, typed: str) -> None:
        list(search(typed)[:5])
        assert Article.objects.count() == 4

    @settings(
        max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
    )
    @given(st.text(max_size=60))
    def test_any_text_can_be_searched_for(self, typed: str) -> None:
        assert len(find(typed, Article.objects.all())[:5]) <= 5


def test_cleaned_words_are_one_short_line() -> None:
    assert normalise_query("  a\x00b\n c  ") == "ab c"
    assert len(normalise_query("x" * 10_000)) == 200


@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize("typed", ["shirt", "black shirt", "blakc shrit", "2", "qqqq", "linen"])
def test_pages_and_api_have_one_order(typed: str) -> None:
    goods = facet_index()
    ranked = rank(typed, goods)
    best_first = goods.by_score(ranked.rows, ranked.score)
    found = find(typed, Article.objects.all())
    assert goods.of("article")[best_first].tolist() == [article.pk for article in found]
