from django.urls import path

from streaming.api import features, views

urlpatterns = [
    path("events/", views.Events.as_view(), name="api-events"),
    path("features/<str:shopper>/", features.Features.as_view(), name="api-features"),
]
