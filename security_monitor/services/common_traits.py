"""How often everybody's logins have a trait: one read and one upsert for a login, whatever the history.

The rows of all are shared, so they are added to last, in one order, and no login waits for a second lock.
"""

from collections.abc import Mapping

from django.db.models import Q

from accounts.sql import upsert_adding
from security_monitor.behaviour.freeman import (
    LOGINS_MIN,
    bucket_of,
    log_score,
    share_below,
)
from security_monitor.models import CommonTrait, LoginRhythm

ALL, PEOPLE, SCORE = "all", "people", "score"


def likelihood_of(
    traits: Mapping[str, str], rhythm: LoginRhythm
) -> tuple[int | None, float | None]:
    """(bucket of the login's score, share of all scores that are lower). None: too little is known."""
    if rhythm.logins < LOGINS_MIN:
        return None, None
    wanted = Q(trait__in=list(traits), value__in=list(traits.values()))
    rows = CommonTrait.objects.filter(wanted | Q(trait__in=[ALL, SCORE]))
    common: dict[str, int] = {}
    totals = {"": 0, PEOPLE: 0}
    scores: dict[int, int] = {}
    for trait, value, logins in rows.values_list("trait", "value", "logins"):
        if trait == SCORE:
            scores[int(value)] = logins
        elif trait == ALL:
            totals[value] = logins
        else:
            common[trait] = logins
    score = log_score(traits, rhythm.traits, rhythm.logins, common, totals[""], totals[PEOPLE])
    bucket = bucket_of(score)
    return bucket, share_below(bucket, scores)


def add_common(traits: Mapping[str, str], *, bucket: int | None, is_new: bool) -> None:
    """Count a login for everybody. is_new: the first of its person."""
    rows = [(trait, value, 1) for trait, value in traits.items()]
    rows.append((ALL, "", 1))
    if is_new:
        rows.append((ALL, PEOPLE, 1))
    if bucket is not None:
        rows.append((SCORE, str(bucket), 1))
    upsert_adding("security_monitor_commontrait", ["trait", "value"], ["logins"], sorted(rows))
