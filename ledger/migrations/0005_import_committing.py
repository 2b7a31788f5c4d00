"""An import may be `committing`: promised to the owner, carried out by a worker."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("ledger", "0004_links_and_attachments")]

    operations = [
        migrations.AlterField(
            model_name="importbatch",
            name="status",
            field=models.CharField(
                choices=[
                    ("preview", "Preview"),
                    ("committing", "Committing"),
                    ("committed", "Committed"),
                    ("undone", "Undone"),
                ],
                default="preview",
                max_length=10,
            ),
        ),
    ]
