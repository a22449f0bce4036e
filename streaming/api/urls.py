from django.urls import path

from streaming.api import views

urlpatterns = [path("events/", views.Events.as_view(), name="api-events")]
