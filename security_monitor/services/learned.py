"""What the live model says of a row while it is booked. One statement more, for the shared rates."""

from collections.abc import Iterable
from functools import lru_cache
from uuid import UUID

import orjson
from django.conf import settings
from django.utils.crypto import salted_hmac

from accounts.sql import CHUNK, fetch
from ledger import naming
from security_monitor.engine.facts import Facts, Learned
from security_monitor.engine.profiles import Entry
from security_monitor.engine.scores import Judgement
from security_monitor.learning import features, recent, shared, words
from security_monitor.learning.model import Budget, Model, load
from security_monitor.learning.shared import Rate
from security_monitor.models import LearnedModel
from security_monitor.services.shelf import Shelf

LEARNED = "ML01"
SALT = "security_monitor.learning"
TOLD_FEATURES = 6
NO_RATE = Rate()


def sealed(place: str) -> str:
    """The key under which a shop or kind of payment is known across owners: a keyed hash."""
    return salted_hmac(SALT, place, algorithm="sha256").hexdigest()[:32]


def places_of(entry: Entry, payee: str, category: str) -> tuple[str, str, str]:
    """The names by which labels of a row are shared. payee, category: as anybody spells them."""
    return features.places_of(entry, naming.key(payee), naming.key(category))


@lru_cache(maxsize=2)
def model_of(model_id: UUID) -> tuple[int, Model]:
    """(version, model). Read once per process: a row's parameters never change."""
    row = LearnedModel.objects.values_list("version", "parameters").get(id=model_id)
    return row[0], load(row[1])


def word_of(shelf: Shelf, facts: Facts, rules: Judgement) -> Learned | None:
    """The live model's word on a payment; of money that comes in it has none."""
    entry = facts.entry
    if shelf.model_id is None or not entry.is_out:
        return None
    version, model = model_of(shelf.model_id)
    last_days = shelf.states.get(recent.key_of(entry), {})
    row = features.own(facts, last_days, rules) + _shared(shelf, entry)
    budget = Budget(per_month=settings.FRAUD_ALERTS_PER_MONTH)
    threshold = budget.threshold(model, row[features.INDEX["n_30"]])
    probability = model.probability(row)
    if probability < threshold:
        return Learned(probability, threshold, "")
    pushes = model.contributions(row)
    strongest = sorted(pushes, key=lambda name: (-abs(pushes[name]), name))[:TOLD_FEATURES]
    evidence = {
        "model": version,
        "probability": round(probability, 4),
        "threshold": round(threshold, 4),
        "features": {
            name: {
                "value": round(row[features.INDEX[name]], 3),
                "log_odds": round(pushes[name], 3),
            }
            for name in strongest
        },
    }
    return Learned(probability, threshold, words.sentence(facts, row, pushes), evidence)


def _shared(shelf: Shelf, entry: Entry) -> list[float]:
    """What labels of all owners say of the shop and of payments like this one."""
    if shelf.rates is None:
        places = [place for one in shelf.entries if one.is_out for place in _places(shelf, one)]
        shelf.rates = rates_of({sealed(place) for place in places if place})
    delay = settings.FRAUD_LABEL_DAYS
    shop, cell, kind = (
        shelf.rates.get(sealed(place), NO_RATE) if place else NO_RATE
        for place in _places(shelf, entry)
    )
    return features.shared(
        shared.risk_of(shop, entry.day, delay),
        shared.cell_of(cell, entry.day, delay),
        shared.cell_of(kind, entry.day, delay),
    )


def _places(shelf: Shelf, entry: Entry) -> tuple[str, str, str]:
    payee = shelf.names.get(entry.payee_id, "") if entry.payee_id else ""
    category = shelf.names.get(entry.category_id, "") if entry.category_id else ""
    return places_of(entry, payee, category)


def rates_of(keys: Iterable[str]) -> dict[str, Rate]:
    """The shared rates of these keys: one statement for every 500."""
    wanted = sorted(keys)
    found = {}
    for start in range(0, len(wanted), CHUNK):
        chunk = wanted[start : start + CHUNK]
        marks = ", ".join(["%s"] * len(chunk))
        sql = f"SELECT key, state FROM security_monitor_sharedrate WHERE key IN ({marks})"  # noqa: S608
        for key, state in fetch(sql, chunk):
            days = {int(day): sums for day, sums in orjson.loads(state).items()}
            found[key] = Rate(days)
    return found
