"""The catalogue as JSON. Article ids have the files' ten characters; prices are money."""

from typing import TypedDict

from django.conf import settings
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.reverse import reverse

from catalog import money
from catalog.images.urls import image_url, srcset
from catalog.models import Article, ArticleSummary
from catalog.products import ProductCard
from catalog.sizes import sizes_of
from web.api.sparse import FIELDS, SparseSerializer

PICTURE_WIDTH = 480


class TermSerializer(serializers.Serializer[object]):
    id = serializers.IntegerField()
    name = serializers.CharField()


class IndexSerializer(serializers.Serializer[object]):
    id = serializers.CharField()
    name = serializers.CharField()


class PriceSerializer(serializers.Serializer[ArticleSummary]):
    amount = serializers.SerializerMethodField()
    currency = serializers.SerializerMethodField()
    estimated = serializers.BooleanField(
        source="price_is_estimated", help_text="Never sold: the median of its product or type."
    )

    @extend_schema_field(serializers.DecimalField(max_digits=12, decimal_places=2))
    def get_amount(self, summary: ArticleSummary) -> str:
        return str(money.amount(summary.price))

    def get_currency(self, summary: ArticleSummary) -> str:
        return str(settings.CURRENCY)


class Picture(TypedDict):
    url: str
    srcset: str
    photographed: bool


class ArticleCardSerializer(SparseSerializer, serializers.ModelSerializer[Article]):
    """What a list shows of an article."""

    key = "article_id"

    url = serializers.SerializerMethodField()
    product_code = serializers.SerializerMethodField()
    price = PriceSerializer(source="summary")
    picture = serializers.SerializerMethodField(
        help_text="Without a photograph the URL gives a tile with the type's icon and the colour."
    )
    product_type = TermSerializer()
    colour = TermSerializer()
    index_group = TermSerializer(source="index.group")
    units_recent = serializers.IntegerField(
        source="summary.units_recent", help_text="Units sold in the last 28 days of the data."
    )

    class Meta:
        model = Article
        fields: tuple[str, ...] = (
            "article_id", "product_code", "url", "name", "price", "picture", "product_type",
            "colour", "index_group", "units_recent",
        )  # fmt: skip

    def get_url(self, article: Article) -> str:
        request = self.context.get("request")
        return reverse("api-article", args=[article.article_id], request=request)

    def get_product_code(self, article: Article) -> str:
        return f"{article.product_id:07d}"

    def get_picture(self, article: Article) -> Picture:
        return {
            "url": image_url(article.pk, PICTURE_WIDTH),
            "srcset": srcset(article.pk),
            "photographed": article.summary.has_picture,
        }


class ArticleSerializer(ArticleCardSerializer):
    """Everything known of an article, and the articles of its product beside it."""

    product_group = serializers.CharField(source="product_type.group.name")
    appearance = TermSerializer()
    colour_value = TermSerializer()
    colour_master = TermSerializer()
    department = TermSerializer()
    index = IndexSerializer()
    section = TermSerializer()
    garment_group = TermSerializer()
    sizes = serializers.SerializerMethodField(help_text="The demo's own; none for a bag.")
    units = serializers.IntegerField(source="summary.units")
    first_sold = serializers.DateField(source="summary.first_sold", allow_null=True)
    last_sold = serializers.DateField(source="summary.last_sold", allow_null=True)
    variants = serializers.SerializerMethodField()

    class Meta(ArticleCardSerializer.Meta):
        fields = (
            *ArticleCardSerializer.Meta.fields, "description", "product_group", "appearance",
            "colour_value", "colour_master", "department", "index", "section", "garment_group",
            "sizes", "units", "first_sold", "last_sold", "variants",
        )  # fmt: skip

    def get_sizes(self, article: Article) -> list[str]:
        return list(sizes_of(article))

    @extend_schema_field(ArticleCardSerializer(many=True))
    def get_variants(self, article: Article) -> list[dict[str, object]]:
        others = Article.objects.filter(product=article.product_id).exclude(pk=article.pk)
        shown = others.for_cards().popular()
        context = {**self.context, FIELDS: None}  # the selected fields apply to the article itself
        return list(ArticleCardSerializer(shown, many=True, context=context).data)


class PriceRangeSerializer(serializers.Serializer[object]):
    lowest = serializers.DecimalField(max_digits=12, decimal_places=2)
    highest = serializers.DecimalField(max_digits=12, decimal_places=2)
    currency = serializers.CharField()


class ProductSerializer(SparseSerializer):
    """One design with its articles, one per colour. What may differ between them is the lead's."""

    key = "product_code"

    product_code = serializers.CharField()
    url = serializers.SerializerMethodField()
    name = serializers.CharField(source="lead.name")
    lead = serializers.CharField(
        source="lead.article_id",
        help_text="The article to show for the product, given the filters and the order.",
    )
    price = serializers.SerializerMethodField()
    product_type = TermSerializer(source="lead.product_type")
    index_group = TermSerializer(source="lead.index.group")
    units_recent = serializers.SerializerMethodField(
        help_text="Units sold of all its articles in the last 28 days of the data."
    )
    articles = ArticleCardSerializer(many=True, source="shown", help_text="Best-selling first.")

    def get_url(self, product: ProductCard) -> str:
        request = self.context.get("request")
        return reverse("api-product", args=[product.product_code], request=request)

    @extend_schema_field(PriceRangeSerializer)
    def get_price(self, product: ProductCard) -> dict[str, object]:
        prices = [money.amount(article.summary.price) for article in product.shown]
        span = {"lowest": min(prices), "highest": max(prices), "currency": settings.CURRENCY}
        return dict(PriceRangeSerializer(span).data)

    def get_units_recent(self, product: ProductCard) -> int:
        return sum(article.summary.units_recent for article in product.shown)


class TaxonomySerializer(serializers.Serializer[object]):
    """Every look-up table: the ids that the article list filters by."""

    index_groups = TermSerializer(many=True)
    indexes = IndexSerializer(many=True)
    sections = TermSerializer(many=True)
    garment_groups = TermSerializer(many=True)
    product_groups = TermSerializer(many=True)
    product_types = TermSerializer(many=True)
    departments = TermSerializer(many=True)
    colours = TermSerializer(many=True)
    colour_values = TermSerializer(many=True)
    colour_masters = TermSerializer(many=True)
    appearances = TermSerializer(many=True)


class MenuTypeSerializer(serializers.Serializer[object]):
    id = serializers.IntegerField(source="pk")
    name = serializers.CharField()
    count = serializers.IntegerField(help_text="Number of products under it.")


class MenuGarmentGroupSerializer(MenuTypeSerializer):
    product_types = MenuTypeSerializer(source="children", many=True)


class MenuSectionSerializer(MenuTypeSerializer):
    garment_groups = MenuGarmentGroupSerializer(source="children", many=True)


class MenuSerializer(MenuTypeSerializer):
    sections = MenuSectionSerializer(source="children", many=True)
