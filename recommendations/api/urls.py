from django.urls import path

from recommendations.api.outfits import OutfitView
from recommendations.api.photo import PhotoView
from recommendations.api.versions import ModelVersionDetail, ModelVersionList
from recommendations.api.views import Trending, view_of
from recommendations.recommenders.recommenders import RECOMMENDERS

urlpatterns = [
    *[
        path(f"recommendations/{kind}/", view_of(kind).as_view(), name=f"recommend-{kind}")
        for kind in RECOMMENDERS
    ],
    path("outfits/", OutfitView.as_view(), name="outfits"),
    path("search/photo/", PhotoView.as_view(), name="api-search-photo"),
    path("trending/", Trending.as_view(), name="api-trending"),
    path("models/", ModelVersionList.as_view(), name="api-models"),
    path("models/<str:version>/", ModelVersionDetail.as_view(), name="api-model"),
]
