"""The REST API and its OpenAPI description."""

from storefront.settings.environment import env

REST_FRAMEWORK = {
    "EXCEPTION_HANDLER": "web.api.problems.handle",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "catalog.api.keys.KeyAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["web.api.parsers.ShallowJSONParser"],
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_THROTTLE_RATES": {
        "events": env.str("THROTTLE_EVENTS", default="600/min"),
        "photos": env.str("THROTTLE_PHOTOS", default="60/min"),
        "reads": env.str("THROTTLE_READS", default="6000/min"),
        "recommendations": env.str("THROTTLE_RECOMMENDATIONS", default="6000/min"),
    },
    # The number of trusted proxies that add to X-Forwarded-For; with 0 the header is ignored.
    "NUM_PROXIES": env.int("NUM_PROXIES", default=0),
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Fashion Recommendation Engine",
    "DESCRIPTION": "Catalogue, recommendations and events of the shop.",
    "VERSION": "1.0.0",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "catalog.api.schema.complete",
    ],
}
