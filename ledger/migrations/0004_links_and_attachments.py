import accounts.ids
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('ledger', '0003_preferences_suggested_categories'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='transfer',
            name='before',
            field=models.JSONField(blank=True, default=dict, help_text='category and splits of rows that were linked, by id'),
        ),
        migrations.CreateModel(
            name='RejectedTransfer',
            fields=[
                ('id', models.UUIDField(default=accounts.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('seq', models.BigIntegerField(default=0, editable=False)),
                ('out_id', models.UUIDField(help_text='the row that takes money out of an account')),
                ('in_id', models.UUIDField(help_text='the row that brings money in')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('user', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('user', 'out_id', 'in_id'), name='a_pair_is_rejected_once')],
            },
        ),
        migrations.CreateModel(
            name='Attachment',
            fields=[
                ('id', models.UUIDField(default=accounts.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('seq', models.BigIntegerField(default=0, editable=False)),
                ('filename', models.CharField(help_text='for people; names no file of ours', max_length=120)),
                ('content_type', models.CharField(help_text='by the content, not by the name', max_length=40)),
                ('size', models.PositiveIntegerField(help_text='bytes')),
                ('sha256', models.CharField(max_length=64)),
                ('stored_as', models.CharField(help_text='name in the storage', max_length=60, unique=True)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('transaction', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='ledger.transaction')),
                ('user', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(fields=['user', 'transaction', 'id'], name='attachments_of_row')],
            },
        ),
    ]
