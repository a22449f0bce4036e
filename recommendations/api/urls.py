from django.urls import path

from recommendations.api.outfits import OutfitView
from recommendations.api.views import view_of
from recommendations.kinds import KINDS

urlpatterns = [
    path(f"recommendations/{kind}/", view_of(kind).as_view(), name=f"recommend-{kind}")
    for kind in KINDS
]
urlpatterns.append(path("outfits/", OutfitView.as_view(), name="outfits"))
