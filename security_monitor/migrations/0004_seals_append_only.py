"""Links and signed roots of the audit chain can only be added: the database refuses all else."""

from django.db import migrations

MESSAGE = "the audit chain is append-only"
TABLES = ("security_monitor_auditseal", "security_monitor_auditroot")
FUNCTION = "security_monitor_append_only"

POSTGRESQL = [
    f"""
    CREATE FUNCTION {FUNCTION}() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION '{MESSAGE}' USING ERRCODE = 'insufficient_privilege';
    END
    $$
    """,
    *(
        f"""
        CREATE TRIGGER {table}_no_{name} BEFORE {verbs} ON {table}
        FOR EACH {each} EXECUTE FUNCTION {FUNCTION}()
        """
        for table in TABLES
        for name, verbs, each in (
            ("change", "UPDATE OR DELETE", "ROW"),
            ("truncate", "TRUNCATE", "STATEMENT"),
        )
    ),
]
POSTGRESQL_BACK = [
    *(f"DROP TRIGGER {table}_no_{name} ON {table}" for table in TABLES for name in ("change", "truncate")),
    f"DROP FUNCTION {FUNCTION}()",
]  # fmt: skip
SQLITE = [
    f"""
    CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table}
    BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END
    """
    for table in TABLES
    for verb in ("UPDATE", "DELETE")
]
SQLITE_BACK = [
    f"DROP TRIGGER {table}_no_{verb}" for table in TABLES for verb in ("update", "delete")
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
    dependencies = [("security_monitor", "0003_audit_chain")]
    operations = [migrations.RunPython(forwards, backwards)]
