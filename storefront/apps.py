from django.apps import AppConfig


class StorefrontConfig(AppConfig):
    name = "storefront"

    def ready(self) -> None:
        from storefront import beats, checks, erasing, metric_files, tasks_told, traces  # noqa: F401

        metric_files.prepare()
        traces.start()
