from django.urls import path

from recommendations.widgets.views import widget, widgets

urlpatterns = [
    path("", widgets, name="widgets"),
    path("<slug:name>/", widget, name="widget"),
]
