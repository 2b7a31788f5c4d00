from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = "People and sessions"

    def ready(self) -> None:
        from accounts import announce, receivers

        announce.events_written.connect(receivers.wake_streams)
        announce.events_written.connect(receivers.fill_inbox)
        announce.sessions_ended.connect(receivers.close_streams)
        announce.letter_written.connect(receivers.send_letter)
