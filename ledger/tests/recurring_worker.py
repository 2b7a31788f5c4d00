"""A process that books everything due and dies on cue; `test_recurring_crash` looks at what is left.

argv: the database's name, the instant to act at (ISO), the statement before which to die by SIGKILL
(0: live on to the end), the number of occurrences per commit.
"""

import os
import sys
from datetime import datetime

import django
from django.db import connection


def main(database: str, instant: str, before: str, batch: str) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    connection.settings_dict["NAME"] = database
    from ledger.services import recurring_run
    from ledger.tests.crash_worker import Death

    recurring_run.BATCH = int(batch)
    with connection.execute_wrapper(Death(int(before))):
        recurring_run.materialise_all(datetime.fromisoformat(instant))


if __name__ == "__main__":
    main(*sys.argv[1:])
