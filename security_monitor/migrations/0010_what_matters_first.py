from django.db import migrations, models

# Older cases have no figures of how near the rules came; their loss is known when they open again.
RANK = "UPDATE security_monitor_case SET rank = score * 1000000"


class Migration(migrations.Migration):

    dependencies = [
        ("security_monitor", "0009_learned_models"),
    ]

    operations = [
        migrations.AddField(
            model_name="case",
            name="rank",
            field=models.PositiveIntegerField(
                default=0, help_text="score and how near all rules came, in millionths of a point"
            ),
        ),
        migrations.AddField(
            model_name="case",
            name="expected_loss",
            field=models.BigIntegerField(
                default=0, help_text="amount × score, in cents of about one euro"
            ),
        ),
        migrations.RunSQL(RANK, migrations.RunSQL.noop),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                condition=models.Q(("state", "closed"), _negated=True),
                fields=["rank", "id"],
                name="case_queue_by_rank",
            ),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                condition=models.Q(("state", "closed"), _negated=True),
                fields=["expected_loss", "id"],
                name="case_queue_by_loss",
            ),
        ),
    ]
