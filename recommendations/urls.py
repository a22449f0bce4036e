from django.urls import path

from recommendations.views import widget

urlpatterns = [path("<slug:kind>/", widget, name="widget")]
