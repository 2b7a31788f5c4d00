from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='user',
            name='seq',
            field=models.BigIntegerField(default=0, editable=False, help_text="the owner's clock when this row last changed"),
        ),
    ]
