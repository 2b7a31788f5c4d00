"""The audit trail can only grow: the database itself refuses to change or remove an entry."""

from django.db import migrations

MESSAGE = "the audit trail is append-only"

POSTGRESQL = [
    f"""
    CREATE FUNCTION accounts_auditentry_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION '{MESSAGE}' USING ERRCODE = 'insufficient_privilege';
    END
    $$
    """,
    """
    CREATE TRIGGER accounts_auditentry_no_change BEFORE UPDATE OR DELETE ON accounts_auditentry
    FOR EACH ROW EXECUTE FUNCTION accounts_auditentry_append_only()
    """,
    """
    CREATE TRIGGER accounts_auditentry_no_truncate BEFORE TRUNCATE ON accounts_auditentry
    FOR EACH STATEMENT EXECUTE FUNCTION accounts_auditentry_append_only()
    """,
]
POSTGRESQL_BACK = [
    "DROP TRIGGER accounts_auditentry_no_change ON accounts_auditentry",
    "DROP TRIGGER accounts_auditentry_no_truncate ON accounts_auditentry",
    "DROP FUNCTION accounts_auditentry_append_only()",
]
SQLITE = [
    f"""
    CREATE TRIGGER accounts_auditentry_no_{verb.lower()} BEFORE {verb} ON accounts_auditentry
    BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END
    """
    for verb in ("UPDATE", "DELETE")
]
SQLITE_BACK = [
    f"DROP TRIGGER accounts_auditentry_no_{verb}" for verb in ("update", "delete")
]


def run(schema_editor, statements):
    for statement in statements:
        schema_editor.execute(statement)


def forwards(apps, schema_editor):
    run(schema_editor, POSTGRESQL if schema_editor.connection.vendor == "postgresql" else SQLITE)


def backwards(apps, schema_editor):
    run(
        schema_editor,
        POSTGRESQL_BACK if schema_editor.connection.vendor == "postgresql" else SQLITE_BACK,
    )


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_user_seq")]
    operations = [migrations.RunPython(forwards, backwards)]
