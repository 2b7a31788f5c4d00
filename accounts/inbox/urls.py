"""Routes of the inbox below `/api/`."""

from django.urls import path

from accounts.inbox import views

urlpatterns = [
    path("notifications", views.NotificationList.as_view()),
    path("notifications/unread-count", views.UnreadCount.as_view()),
    path("notifications/read", views.ReadMany.as_view()),
    path("notifications/preferences", views.NotificationPreferencesItem.as_view()),
    path("notifications/<uuid:row_id>", views.NotificationItem.as_view()),
]
