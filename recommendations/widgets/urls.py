from django.urls import path

from recommendations.widgets.views import widget

urlpatterns = [path("<slug:kind>/", widget, name="widget")]
