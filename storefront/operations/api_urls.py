from django.urls import path

from storefront.operations.api_status import Status

urlpatterns = [path("status/", Status.as_view(), name="api-status")]
