import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog.models import Article
from catalog.models.querysets import ArticleQuerySet
from catalog.search.facet_index import assortment
from catalog.search.ranking import Attempt, cleaned, find, rank
from catalog.tests.factories import make_article

pytestmark = pytest.mark.django_db

HOSTILE = [
    "'", '"', "''", "\\", "%", "_", "';DROP TABLE catalog_article;--", "a' OR '1'='1", "!!!",
    "& | ! ( ) <-> :*", "shirt:*", "shirt & !", '"unclosed phrase', "-", "-shirt", "or", "or or",
    "the", "\x00shirt\x00", "\ud800", "ﬁ", "日本語", "שלום", "👗", "a" * 5000, "shirt " * 500,
    "{{7*7}}", "<script>alert(1)</script>", "../../etc/passwd", "0x41", "1e309", "-1", "9" * 40,
    "9999999999", "2147483648", "٣٣٣٣٣٣٣٣٣٣", "\u202e", "\n\t", "shirt\r\nSet-Cookie: a=b", ":AB",
]  # fmt: skip


@pytest.fixture
def shop() -> None:
    make_article(1, name="Linen shirt", colour=(1, "Navy"), description="Airy.", units_recent=5)
    make_article(2, name="Cotton shirt", colour=(2, "Black"), units_recent=50)
    make_article(
        3, name="Wool coat", product_type=(2, "Coat"), colour=(2, "Black"), description="Warm."
    )
    make_article(
        4, name="Summer dress", product_type=(3, "Dress"), colour=(1, "Navy"), description="Linen."
    )


def attempt(typed: str) -> Attempt:
    found = find(typed, Article.objects.all()).attempt
    assert found is not None
    return found


def search(typed: str) -> ArticleQuerySet:
    return find(typed, Article.objects.all()).articles


def names(typed: str) -> list[str]:
    return [article.name for article in search(typed)]


@pytest.mark.usefixtures("shop")
class TestSearch:
    def test_every_word_must_match_in_whichever_field(self) -> None:
        assert names("black shirt") == ["Cotton shirt"]
        assert names("navy dress") == ["Summer dress"]

    def test_a_name_weighs_more_than_a_description(self) -> None:
        assert names("linen") == ["Linen shirt", "Summer dress"]

    def test_of_equal_matches_the_popular_one_is_first(self) -> None:
        assert names("shirt") == ["Cotton shirt", "Linen shirt"]

    def test_the_last_word_may_still_be_being_typed(self) -> None:
        assert names("black sh") == ["Cotton shirt"]
        assert names("dres") == ["Summer dress"]

    def test_a_quoted_phrase_and_a_minus_mean_what_they_say(self) -> None:
        assert names('"linen shirt"') == ["Linen shirt"]
        assert names("shirt -linen") == ["Cotton shirt"]

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
        found = find(typed, Article.objects.all())
        assert found.attempt is not None
        assert found.attempt.corrected
        assert found.attempt.words == meant
        assert list(found.articles) == list(search(meant))
        assert found.articles.exists()

    def test_a_word_that_only_descriptions_have_is_no_error(self) -> None:
        assert names("airy shrt") == ["Linen shirt"]
        assert attempt("airy shrt").words == "airy shirt"

    def test_two_words_written_as_one_are_taken_apart(self) -> None:
        for number in range(20):
            make_article(name="Wool coat", product=500 + number)
        assert attempt("woolcoat").words == "wool coat"

    def test_one_matching_word_is_better_than_an_empty_page(self) -> None:
        found = find("purple coat with feathers", Article.objects.all())
        assert [article.name for article in found.articles] == ["Wool coat"]
        assert found.attempt is not None
        assert found.attempt.partly

    def test_what_matches_nothing_finds_nothing(self) -> None:
        assert names("qqqqzzzz") == []
        assert names("") == names("   ") == []

    def test_an_article_id_and_a_product_code_find_their_articles(self) -> None:
        make_article(108775015, product=108775, name="Strap top", units_recent=3)
        make_article(108775044, product=108775, name="Strap top", units_recent=2)
        assert [a.pk for a in search("0108775015")] == [108775015]
        assert [a.pk for a in search("108775015")] == [108775015]
        assert [a.pk for a in search("0108775")] == [108775015, 108775044]

    def test_a_search_stays_within_the_articles_given(self) -> None:
        navy = Article.objects.filter(colour=1)
        assert not find("black coat", navy).articles.filter(pk=3).exists()
        assert [a.pk for a in find("shirt", navy).articles] == [1]

    @pytest.mark.parametrize("typed", HOSTILE)
    def test_hostile_words_are_only_words(self, typed: str) -> None:
        list(search(typed)[:5])
        assert Article.objects.count() == 4

    @settings(
        max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
    )
    @given(st.text(max_size=60))
    def test_any_text_can_be_searched_for(self, typed: str) -> None:
        assert len(find(typed, Article.objects.all()).articles[:5]) <= 5


def test_cleaned_words_are_one_short_line() -> None:
    assert cleaned("  a\x00b\n c  ") == "a b c"
    assert len(cleaned("x" * 10_000)) == 200


@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize("typed", ["shirt", "black shirt", "blakc shrit", "2", "qqqq", "linen"])
def test_a_whole_assortment_is_ranked_as_its_articles_are(typed: str) -> None:
    goods = assortment()
    ranked = rank(typed, goods)
    best_first = goods.by_score(ranked.rows, ranked.score)
    found = find(typed, Article.objects.all())
    assert goods.of("article")[best_first].tolist() == [article.pk for article in found.articles]
    assert ranked.attempt == found.attempt
