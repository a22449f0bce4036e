from django.urls import path

from storefront.api.status import Status

urlpatterns = [path("status/", Status.as_view(), name="api-status")]
