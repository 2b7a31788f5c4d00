"""Routes of webhooks below `/api/`."""

from django.urls import path

from accounts.delivery import views

urlpatterns = [
    path("webhooks", views.WebhookList.as_view()),
    path("webhooks/<uuid:row_id>", views.WebhookItem.as_view()),
    path("webhooks/<uuid:row_id>/rotate-secret", views.WebhookSecret.as_view()),
    path("webhooks/<uuid:row_id>/test", views.WebhookTest.as_view()),
    path("webhooks/<uuid:row_id>/deliveries", views.WebhookDeliveries.as_view()),
    path(
        "webhooks/<uuid:row_id>/deliveries/<uuid:delivery_id>/replay",
        views.WebhookReplay.as_view(),
    ),
]
