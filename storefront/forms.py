"""The shop's forms and their validation."""

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from catalog import article_cache
from catalog.models import Article
from catalog.quantities import MAX_KEY, MAX_SIZE
from catalog.sizes import sizes_of
from recommendations.recommenders.recommenders import RECOMMENDERS
from recommendations.serving.serving import MAX_K
from storefront.models import MAX_QUANTITY

MAX_DIGITS = 10


class ArticleField(forms.CharField):
    """The ten digits of an article_id (a lost leading zero is forgiven), as an article for sale."""

    default_validators = [RegexValidator(r"\A[0-9]{1,10}\Z", _("This is not an article number."))]

    def clean(self, value: object) -> Article:
        key = int(super().clean(value))
        article = article_cache.articles([key]).get(key)
        if article is None:
            raise ValidationError(gettext("We don't sell that article."))
        return article


class ArticleForm(forms.Form):
    article = ArticleField(label=_("article"))


class LineForm(ArticleForm):
    """A line of the bag: an article in a size."""

    size = forms.CharField(label=_("size"), max_length=MAX_SIZE, required=False)


class AddForm(LineForm):
    """What has sizes must be added in one of them; what has none is added without."""

    quantity = forms.IntegerField(
        label=_("quantity"), min_value=1, max_value=MAX_QUANTITY, required=False
    )

    def clean_quantity(self) -> int:
        return self.cleaned_data["quantity"] or 1

    def clean(self) -> None:
        article = self.cleaned_data.get("article")
        sizes = sizes_of(article) if article else ()
        if sizes and self.cleaned_data.get("size") not in sizes:
            self.add_error("size", gettext("Choose a size."))
        elif not sizes:
            self.cleaned_data["size"] = ""

    @property
    def lacks_size(self) -> bool:
        """Nothing is wrong but the size."""
        return list(self.errors) == ["size"]


class UpdateForm(LineForm):
    """A quantity of 0 removes the line; `to_size` is its new size, if that changes."""

    quantity = forms.IntegerField(label=_("quantity"), min_value=0, max_value=MAX_QUANTITY)
    to_size = forms.CharField(label=_("size"), max_length=MAX_SIZE, required=False)

    def clean(self) -> None:
        article, size = self.cleaned_data.get("article"), self.cleaned_data.get("size")
        chosen = self.cleaned_data.get("to_size") or size
        if article and chosen != size and chosen not in sizes_of(article):
            self.add_error("to_size", gettext("This article doesn't come in that size."))
        self.cleaned_data["to_size"] = chosen


class ShelfPlaceForm(forms.Form):
    """A place on a shelf: `about` is the page's article, `beside` the others on the page."""

    shelf = forms.ChoiceField(choices=[(kind, kind) for kind in RECOMMENDERS])
    position = forms.IntegerField(min_value=1, max_value=MAX_K)
    about = forms.IntegerField(min_value=1, max_value=MAX_KEY, required=False)
    beside = forms.CharField(max_length=5000, required=False)

    def clean_beside(self) -> list[int]:
        parts = self.cleaned_data["beside"].split(",")
        return [int(part) for part in parts if part.isdecimal() and len(part) <= MAX_DIGITS]


class AddressForm(forms.Form):
    """Made-up or prefilled; stored in the session and with the order."""

    name = forms.CharField(label=_("Name"), max_length=80, initial="Alex Example")
    street = forms.CharField(label=_("Street"), max_length=120, initial="1 Sample Street")
    city = forms.CharField(label=_("City"), max_length=80, initial="Anytown")
    postcode = forms.CharField(label=_("Postcode"), max_length=12, initial="12345")


class DeliveryForm(forms.Form):
    DELIVERIES = (
        ("home", _("Home delivery, 2–4 days, free")),
        ("store", _("Pick-up in a shop near you, free")),
    )
    PAYMENTS = (("card", _("Mock card, no number needed")), ("invoice", _("Mock invoice")))
    delivery = forms.ChoiceField(
        label=_("Delivery"), choices=DELIVERIES, initial="home", widget=forms.RadioSelect
    )
    payment = forms.ChoiceField(
        label=_("Payment"), choices=PAYMENTS, initial="card", widget=forms.RadioSelect
    )


class CheckoutForm(forms.Form):
    """`checkout` is the form's key, `seen` the fingerprint of the bag it showed."""

    checkout = forms.UUIDField()
    seen = forms.CharField(max_length=20_000)


class PersonaForm(forms.Form):
    """The key of the customer to act as; empty means a random one."""

    customer = forms.IntegerField(min_value=1, max_value=MAX_KEY, required=False)
