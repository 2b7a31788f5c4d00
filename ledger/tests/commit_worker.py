"""A process that carries out a promised commit and dies on cue; `test_imports_bulk` looks after it.

argv: the database's name, the id of the import, the sign of progress at which to die by SIGKILL.
"""

import os
import signal
import sys
from uuid import UUID

import django
from django.db import connection


def main(database: str, batch_id: str, sign: str) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    connection.settings_dict["NAME"] = database
    from ledger.services import import_booking, import_progress, import_queue

    left = int(sign)

    def tell(done: int, total: int) -> None:
        nonlocal left
        left -= 1
        if not left:
            os.kill(os.getpid(), signal.SIGKILL)

    import_booking.BOOK_CHUNK = 200
    import_progress.teller = lambda user_id, batch_id: tell
    import_queue.finish(UUID(batch_id))


if __name__ == "__main__":
    main(*sys.argv[1:])
