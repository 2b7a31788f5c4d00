"""Personal data of the trail stands beside what is sealed, and may be forgotten; people can be erased.

The trigger that refused every UPDATE of an entry lets one pass: `ip` or `data` goes together with its
salt, and nothing else changes. Entries of before (version 1) had both under their MAC: they can only
be forgotten whole, and get the MAC of what is left in the place of a commitment.
"""

from django.db import migrations, models

MESSAGE = "the audit trail is append-only"
TABLE = "accounts_auditentry"
KEPT = (
    "id", "at", "user_id", "actor_id", "action", "target", "target_id", "request_id", "mac",
    "version", "ip_commitment",
)  # fmt: skip


def only_forgets(is_same: str, nothing: str) -> str:
    """The condition under which an UPDATE passes. `is_same`: null-safe equality of the database."""
    kept = " AND ".join(f"NEW.{name} {is_same} OLD.{name}" for name in KEPT)

    def part(name: str, gone: str) -> str:
        stays = f"(NEW.{name} {is_same} OLD.{name} AND NEW.{name}_salt = OLD.{name}_salt)"
        return f"({stays} OR (NEW.{name} {gone} AND NEW.{name}_salt = ''))"

    now = f"""OLD.version > 1 AND NEW.data_commitment = OLD.data_commitment
        AND {part("ip", "IS NULL")} AND {part("data", nothing)}
        AND (NEW.ip_salt <> OLD.ip_salt OR NEW.data_salt <> OLD.data_salt)"""
    before = f"""OLD.version = 1 AND OLD.data_commitment = '' AND NEW.data_commitment <> ''
        AND NEW.ip IS NULL AND NEW.data {nothing} AND NEW.ip_salt = '' AND NEW.data_salt = ''"""
    return f"{kept} AND (({now}) OR ({before}))"


POSTGRESQL = [
    f"""
    CREATE FUNCTION {TABLE}_only_forgets() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF {only_forgets("IS NOT DISTINCT FROM", "= '{}'::jsonb")} THEN
            RETURN NEW;
        END IF;
        RAISE EXCEPTION '{MESSAGE}' USING ERRCODE = 'insufficient_privilege';
    END
    $$
    """,
    f"DROP TRIGGER {TABLE}_no_change ON {TABLE}",
    f"""
    CREATE TRIGGER {TABLE}_no_delete BEFORE DELETE ON {TABLE}
    FOR EACH ROW EXECUTE FUNCTION {TABLE}_append_only()
    """,
    f"""
    CREATE TRIGGER {TABLE}_no_update BEFORE UPDATE ON {TABLE}
    FOR EACH ROW EXECUTE FUNCTION {TABLE}_only_forgets()
    """,
]
POSTGRESQL_BACK = [
    f"DROP TRIGGER {TABLE}_no_update ON {TABLE}",
    f"DROP TRIGGER {TABLE}_no_delete ON {TABLE}",
    f"DROP FUNCTION {TABLE}_only_forgets()",
    f"""
    CREATE TRIGGER {TABLE}_no_change BEFORE UPDATE OR DELETE ON {TABLE}
    FOR EACH ROW EXECUTE FUNCTION {TABLE}_append_only()
    """,
]


def sqlite(verb: str, passes: str = "0") -> str:
    return f"""
    CREATE TRIGGER {TABLE}_no_{verb.lower()} BEFORE {verb} ON {TABLE} WHEN NOT ({passes})
    BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END
    """


# A table that gets a column is made anew there, and its triggers go with the old one.
SQLITE = [sqlite("UPDATE", only_forgets("IS", "= '{}'")), sqlite("DELETE")]
SQLITE_BACK = [sqlite("UPDATE"), sqlite("DELETE")]
SQLITE_OPEN = [f"DROP TRIGGER {TABLE}_no_{verb}" for verb in ("update", "delete")]


def run(on_postgresql, on_sqlite):
    def execute(apps, schema_editor):
        is_postgresql = schema_editor.connection.vendor == "postgresql"
        for statement in on_postgresql if is_postgresql else on_sqlite:
            schema_editor.execute(statement)

    return execute


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0009_notifications"),
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [
        migrations.RunPython(run([], SQLITE_OPEN), run([], SQLITE_BACK)),
        migrations.AddField("auditentry", "version", models.PositiveSmallIntegerField(db_default=1, default=2)),
        migrations.AddField("auditentry", "ip_salt", models.CharField(db_default="", default="", max_length=32)),
        migrations.AddField("auditentry", "ip_commitment", models.CharField(db_default="", default="", max_length=64)),
        migrations.AddField("auditentry", "data_salt", models.CharField(db_default="", default="", max_length=32)),
        migrations.AddField("auditentry", "data_commitment", models.CharField(db_default="", default="", max_length=64)),
        migrations.AlterField(
            "auditentry",
            "mac",
            models.CharField(help_text="HMAC-SHA256 over all columns but ip, data and the salts", max_length=64),
        ),
        migrations.RunPython(run(POSTGRESQL, SQLITE), run(POSTGRESQL_BACK, SQLITE_OPEN)),
        migrations.AddField(
            "user",
            "erase_at",
            models.DateTimeField(editable=False, help_text="from then on the person is erased; null: stays", null=True),
        ),
        migrations.AddIndex(
            "user",
            models.Index(condition=models.Q(("erase_at", None), _negated=True), fields=["erase_at"], name="people_to_erase"),
        ),
        migrations.AlterField(
            "letter",
            "purpose",
            models.CharField(
                choices=[
                    ("verify_email", "confirm the address of an account"),
                    ("reset_password", "choose a new password"),
                    ("change_email", "confirm a new address"),
                    ("restore", "keep an account that is to be erased"),
                    ("notice", "tell the owner what happened"),
                    ("news", "notifications that the owner wants by mail"),
                ],
                max_length=20,
            ),
        ),
    ]  # fmt: skip
