from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("ledger", "0010_attachment_count"),
    ]

    operations = [
        migrations.AddField(
            model_name="transaction",
            name="risk_shadow",
            field=models.CharField(
                blank=True,
                default="",
                help_text="codes of rules on trial that would have spoken",
                max_length=200,
            ),
        ),
        migrations.AddIndex(
            model_name="transaction",
            index=models.Index(
                condition=models.Q(("risk_shadow", ""), _negated=True),
                fields=["created_at"],
                name="tx_shadow",
            ),
        ),
    ]
