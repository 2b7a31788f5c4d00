"""Net worth over time: what the accounts hold now, less what moved since. Two statements, and rates."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from uuid import UUID

from insights.selectors.flows import nets_since
from insights.selectors.reading import Reading
from ledger.periods import Span, month_end
from ledger.rates import Converter


@dataclass(slots=True)
class Point:
    """The end of one day, in minor units of the home currency. Pending rows are left out.

    None where a rate is missing. Liabilities are positive.
    """

    on: date
    assets: int | None = 0
    liabilities: int | None = 0
    by_type: dict[str, int | None] = field(default_factory=dict)

    @property
    def net(self) -> int | None:
        if self.assets is None or self.liabilities is None:
            return None
        return self.assets - self.liabilities

    def add(self, kind: str, home: int | None) -> None:
        known = self.by_type.get(kind, 0)
        if home is None or known is None or self.assets is None or self.liabilities is None:
            self.by_type[kind] = None
            self.assets = self.liabilities = None
            return
        self.by_type[kind] = known + home
        self.assets += max(home, 0)
        self.liabilities += max(-home, 0)


def net_worth(
    reading: Reading, spans: Sequence[Span], granularity: str
) -> tuple[list[Point], Converter]:
    """The net worth at the end of each span, each at the rates of its own day."""
    converter = reading.converter()
    ends = [span.end for span in spans]
    moved = _moved_after(reading, ends, granularity)
    points = []
    for position, end in enumerate(ends):
        point = Point(end)
        for account in reading.standing:
            minor = account.cleared_now - moved[position].get(account.account_id, 0)
            home = converter.convert(minor, account.currency, end) if minor else 0
            point.add(account.type, home)
        points.append(point)
    return points, converter


def _moved_after(reading: Reading, ends: Sequence[date], granularity: str) -> list[dict[UUID, int]]:
    """Per span: what moved on each account after its end, what is booked ahead included."""
    if granularity in ("daily", "weekly"):
        moves = nets_since(reading.user_id, ends[0] + timedelta(1))
    else:
        moves = [(f.account_id, f.on, f.net) for f in reading.months if not f.is_pending]
        if ends[-1] != month_end(ends[-1]):
            # The last point cuts its month: what comes behind it has moved after all.
            rest = Span(ends[-1] + timedelta(1), month_end(ends[-1]))
            inside = ends[-1].replace(day=1)
            for flow in reading.days(rest):
                if not flow.is_pending:
                    moves.append((flow.account_id, inside, -flow.net))
                    moves.append((flow.account_id, flow.on, flow.net))
    after: list[dict[UUID, int]] = [defaultdict(int) for _ in ends]
    for account_id, on, net in moves:
        # Behind every end before it. A month's total stands on its first day: behind the end
        # of the month before, not behind its own.
        for position in range(bisect_left(ends, on)):
            after[position][account_id] += net
    return after


__all__ = ["Point", "net_worth"]
