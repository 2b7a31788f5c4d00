"""`manage.py pack_networks FOLDER FILE`: lists of VPN and data-centre networks, packed for the watch."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from security_monitor.behaviour.ranges import Ranges, packed, table_of


class Command(BaseCommand):
    help = (
        "Pack the folder `output` of github.com/X4BNet/lists_vpn (vpn and datacenter, each with"
        " ipv4.txt and ipv6.txt) into one file, for NETWORKS_FILE."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path)
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            ranges = Ranges(
                {
                    version: [
                        table_of(_lines(options["folder"] / kind / f"ipv{version}.txt"), version)
                        for kind in ("vpn", "datacenter")
                    ]
                    for version in (4, 6)
                }
            )
        except (OSError, ValueError) as problem:
            raise CommandError(f"These lists cannot be read: {problem}") from problem
        raw = packed(ranges)
        options["file"].write_bytes(raw)
        count = sum(len(table.starts) for tables in ranges.tables.values() for table in tables)
        self.stdout.write(f"{count} ranges in {len(raw)} bytes")


def _lines(path: Path) -> list[str]:
    return path.read_text().splitlines()
