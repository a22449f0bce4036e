from django.urls import path

from catalog.api import views
from catalog.api.search import Search

urlpatterns = [
    path("articles/", views.ArticleList.as_view(), name="api-articles"),
    path("articles/<str:article_id>/", views.ArticleDetail.as_view(), name="api-article"),
    path("products/", views.ProductList.as_view(), name="api-products"),
    path("products/<str:product_code>/", views.ProductDetail.as_view(), name="api-product"),
    path("search/", Search.as_view(), name="api-search"),
    path("taxonomy/", views.Taxonomy.as_view(), name="api-taxonomy"),
    path("menu/", views.Menu.as_view(), name="api-menu"),
]
