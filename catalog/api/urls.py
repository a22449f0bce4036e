from django.urls import path

from catalog.api import views

urlpatterns = [
    path("articles/", views.ArticleList.as_view(), name="api-articles"),
    path("articles/<str:article_id>/", views.ArticleDetail.as_view(), name="api-article"),
    path("taxonomy/", views.Taxonomy.as_view(), name="api-taxonomy"),
    path("menu/", views.Menu.as_view(), name="api-menu"),
]
