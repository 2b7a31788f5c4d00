"""Questions that a passkey answered without a password: kept so that none is answered twice."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0011_confirmed_logins")]

    operations = [
        migrations.AlterField(
            model_name="challenge",
            name="purpose",
            field=models.CharField(
                choices=[
                    ("login", "the password was right, the second factor is missing"),
                    ("confirm", "the password was right, the code from a letter is missing"),
                    ("step_up", "a session is to be proved again"),
                    ("passkey", "a passkey is to be added"),
                    ("signed", "a passkey signed this and opened a session: not again"),
                ],
                max_length=20,
            ),
        )
    ]
