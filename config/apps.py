from django.apps import AppConfig


class ConfigConfig(AppConfig):
    name = "config"

    def ready(self) -> None:
        # Celery's application must exist in every process that may send a task.
        from config import celery, checks  # noqa: F401
