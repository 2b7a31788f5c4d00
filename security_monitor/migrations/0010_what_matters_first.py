from django.db import migrations, models

OPEN = models.Q(("state", "closed"), _negated=True)


class Migration(migrations.Migration):

    dependencies = [
        ("security_monitor", "0009_learned_models"),
    ]

    operations = [
        # Cases of before stand at 0 until they open again: the promise is to close them in a day.
        migrations.AddField(
            model_name="case",
            name="expected_loss",
            field=models.BigIntegerField(
                default=0, help_text="amount × score, in cents of about one euro"
            ),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(condition=OPEN, fields=["score", "id"], name="case_queue_by_score"),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                condition=OPEN, fields=["expected_loss", "id"], name="case_queue_by_loss"
            ),
        ),
    ]
