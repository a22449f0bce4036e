"""The URLs of the shop's pages and endpoints."""

from django.contrib import admin
from django.contrib.sitemaps.views import index, sitemap
from django.urls import include, path, register_converter
from django.views.generic import TemplateView
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from storefront.bag import views as bag
from storefront.bag import wishlist_views
from storefront.checkout import views as checkout
from storefront.home import views as home
from storefront.http import converters, errors
from storefront.http.sitemaps import SITEMAPS
from storefront.listing import views as listing
from storefront.live import views as live
from storefront.operations import views as operations
from storefront.operations.api_status import Status
from storefront.outfits import views as outfits
from storefront.personas import views as personas
from storefront.photo import views as photo
from storefront.product import views as product
from storefront.search import views as search
from storefront.you import views as you

robots = TemplateView.as_view(template_name="robots.txt", content_type="text/plain")
register_converter(converters.ArticleId, "article")
register_converter(converters.OrderNumber, "order")
register_converter(converters.CustomerKey, "customer")
register_converter(converters.Place, "place")

GROUP = "shop/<place:index_group>/"
SECTION = f"{GROUP}<place:section>/"
GARMENT_GROUP = f"{SECTION}<place:garment_group>/"
TYPE = f"{GARMENT_GROUP}<place:product_type>/"

urlpatterns = [
    # First, as patterns are tried in order and this one gets thousands of requests a second.
    path("api/v1/", include("recommendations.api.urls")),
    path("api/v1/", include("catalog.api.urls")),
    path("api/v1/", include("streaming.api.urls")),
    path("api/v1/status/", Status.as_view(), name="api-status"),
    path("", home.home, name="home"),
    *[
        path(place, listing.listing, name="listing")
        for place in (GROUP, SECTION, GARMENT_GROUP, TYPE)
    ],
    path("article/<article:article>/", product.product, name="product"),
    path("bag/", bag.page, name="bag"),
    path("bag/add/", bag.add, name="bag-add"),
    path("bag/update/", bag.update, name="bag-update"),
    path("bag/remove/", bag.remove, name="bag-remove"),
    path("bag/later/", wishlist_views.later, name="bag-later"),
    path("checkout/", checkout.address, name="checkout"),
    path("checkout/delivery/", checkout.delivery, name="checkout-delivery"),
    path("checkout/review/", checkout.review, name="checkout-review"),
    path("orders/", checkout.history, name="orders"),
    path("orders/<order:number>/", checkout.order, name="order"),
    path("wishlist/", wishlist_views.wishlist, name="wishlist"),
    path("wishlist/change/", wishlist_views.wish, name="wish"),
    path("you/", you.page, name="you"),
    path("you/less/", you.less, name="less"),
    path("you/reset/", you.reset, name="you-reset"),
    path("you/export/", you.export, name="you-export"),
    path("you/forget/", you.forget, name="you-forget"),
    path("live/", live.page, name="live"),
    path("live/replay/", live.replay, name="live-replay"),
    path("outfits/", outfits.page, name="complete-outfit"),
    path("outfits/add/", outfits.add, name="add-outfit"),
    path("search/", search.search, name="search"),
    path("search/photo/", photo.search_photo, name="search-photo"),
    path("search/suggest/", search.suggest, name="suggest"),
    path("personas/", personas.gallery, name="personas"),
    path("personas/<customer:customer>/", personas.compare, name="persona"),
    path("personas/switch/", personas.switch, name="persona-switch"),
    path("personas/leave/", personas.leave, name="persona-leave"),
    path("events/impressions/", live.impressions, name="impressions"),
    path("widgets/", include("recommendations.widgets.urls")),
    path("ops/", operations.page, name="pipeline"),
    path("healthz", operations.healthz, name="healthz"),
    path("readyz", operations.readyz, name="readyz"),
    path("metrics", operations.metrics, name="metrics"),
    path("sitemap.xml", index, {"sitemaps": SITEMAPS}, name="sitemap-index"),
    path(
        "sitemap-<slug:section>.xml",
        sitemap,
        {"sitemaps": SITEMAPS},
        name="django.contrib.sitemaps.views.sitemap",
    ),
    path("robots.txt", robots, name="robots"),
    path("admin/", admin.site.urls),
    path("api/schema/", SpectacularAPIView.as_view(), name="schema"),
    path(
        "api/docs/",
        # Needs no inline script, unlike the others.
        SpectacularSwaggerSplitView.as_view(url_name="schema", template_name="api_docs.html"),
        name="api-docs",
    ),
]

handler404 = errors.page_not_found
handler500 = errors.server_error
