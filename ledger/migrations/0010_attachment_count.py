from django.db import migrations, models

# Transactions that had files before they were counted.
COUNT = """
UPDATE ledger_transaction SET attachment_count = (
    SELECT COUNT(*) FROM ledger_attachment a
    WHERE a.transaction_id = ledger_transaction.id AND a.user_id = ledger_transaction.user_id
)
WHERE id IN (SELECT transaction_id FROM ledger_attachment)
"""


class Migration(migrations.Migration):

    dependencies = [
        ("ledger", "0009_doubtful_matches"),
    ]

    operations = [
        migrations.AddField(
            model_name="transaction",
            name="attachment_count",
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.RunSQL(COUNT, migrations.RunSQL.noop),
    ]
