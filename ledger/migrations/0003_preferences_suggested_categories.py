import accounts.ids
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('ledger', '0002_rules_views_change_sets'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='LedgerPreferences',
            fields=[
                ('id', models.UUIDField(default=accounts.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('seq', models.BigIntegerField(default=0, editable=False)),
                ('auto_categorise_above', models.DecimalField(decimal_places=3, help_text='confidence, 0 to 1; null: never', max_digits=4, null=True)),
                ('user', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name_plural': 'ledger preferences',
                'constraints': [
                    models.UniqueConstraint(fields=('user',), name='one_set_of_preferences'),
                    models.CheckConstraint(condition=models.Q(('auto_categorise_above__isnull', True), models.Q(('auto_categorise_above__gte', 0), ('auto_categorise_above__lte', 1)), _connector='OR'), name='threshold_is_a_share'),
                ],
            },
        ),
        migrations.CreateModel(
            name='SuggestedCategory',
            fields=[
                ('id', models.UUIDField(default=accounts.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('transaction_id', models.UUIDField()),
                ('category_id', models.UUIDField()),
                ('user', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name_plural': 'suggested categories',
                'indexes': [models.Index(fields=['user', 'transaction_id', 'category_id'], name='suggested_to_row')],
            },
        ),
    ]
