from django.apps import AppConfig


class SecurityMonitorConfig(AppConfig):
    name = "security_monitor"
