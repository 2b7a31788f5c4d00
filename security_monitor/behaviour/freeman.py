"""How unlikely a login is for this person, from counts: Freeman's score (AS06).

    S = Π_k [ p(x_k) / p(x_k | u) ] · (1 / people) / (logins of u / logins)

after Freeman, Jain, Dürmuth, Biggio and Giacinto, "Who Are You?" (NDSS 2016), equation 7, with the
sub-features and the smoothing of Wiefling, Dürmuth and Lo Iacono (riskbasedauthentication.org): a
probability is the weighted sum over a trait from fine to coarse, and a value that the person never
had counts a quarter of what it counts for everybody. What needs the full address or user agent, which
the watch does not keep, is told by the network and by the device's name; the provider's network
number (ASN) by the wider block of addresses. Counts only: O(1) for each login.
"""

from collections.abc import Mapping
from hashlib import blake2b
from ipaddress import ip_network
from math import floor, log2

FEATURES: dict[str, dict[str, float]] = {
    "address": {"network": 0.6, "block": 0.3, "country": 0.1},
    "agent": {"device": 0.54, "program": 0.27, "system": 0.19},
}
UNSEEN_SHARE = 0.25
VALUES_MAX = 200  # of one trait of one person: who has more is no easier to tell by it
STEPS = 4  # buckets of scores per doubling
BUCKET_MIN, BUCKET_MAX = -160, 80
SCORES_MIN, LOGINS_MIN = 200, 8  # below, a share of all scores or of a person's logins says little
SHARE_MIN, WEIGHT_MAX = 0.95, 60

Traits = dict[str, dict[str, int]]


def traits_of(network: str, country: str, device: str) -> dict[str, str]:
    """What a login is told by, from fine to coarse; what is not known is left out. Values are hashed."""
    program, _, system = device.partition(" on ")
    plain = {"network": network, "block": _block(network), "country": country,
             "device": device, "program": program, "system": system}  # fmt: skip
    return {trait: _hashed(trait, value) for trait, value in plain.items() if value}


def _block(network: str) -> str:
    if not network:
        return ""
    whole = ip_network(network)
    return str(whole.supernet(new_prefix=16 if whole.version == 4 else 32))


def _hashed(trait: str, value: str) -> str:
    return blake2b(f"{trait}:{value}".encode(), digest_size=8).hexdigest()


def counted(own: Traits, traits: Mapping[str, str]) -> Traits:
    """The counts with one login more. Past VALUES_MAX no new value is taken up."""
    after = dict(own)
    for trait, value in traits.items():
        seen = after.get(trait, {})
        if value in seen or len(seen) < VALUES_MAX:
            after[trait] = {**seen, value: seen.get(value, 0) + 1}
    return after


def log_score(
    traits: Mapping[str, str],
    own: Traits,
    logins: int,
    common: Mapping[str, int],
    everybody: int,
    people: int,
) -> float:
    """log2 of S. own, logins: the person's counts; common: of everybody, by trait; people: how many.

    Needs logins ≥ 1. A feature of which nothing is known is left out on both sides.
    """
    total = log2(max(everybody, 1) / (max(people, 1) * logins))
    for weights in FEATURES.values():
        known = {trait: weight for trait, weight in weights.items() if trait in traits}
        if not known:
            continue
        overall = local = 0.0
        for trait, weight in known.items():
            # One imagined login with a value of its own: what nobody had is rare, not impossible.
            share = (common.get(trait, 0) + 1) / (everybody + 2)
            mine = own.get(trait, {}).get(traits[trait], 0) / logins
            overall += weight * share
            local += weight * (mine or share * UNSEEN_SHARE)
        total += log2(overall / local)
    return total


def bucket_of(score: float) -> int:
    return min(max(floor(score * STEPS), BUCKET_MIN), BUCKET_MAX)


def share_below(bucket: int, scores: Mapping[int, int]) -> float | None:
    """The share of all scores that are lower, ties half; None while there are too few to say."""
    count = sum(scores.values())
    if count < SCORES_MIN:
        return None
    lower = sum(n for other, n in scores.items() if other < bucket)
    return (lower + scores.get(bucket, 0) / 2) / count


def weight_of(share: float | None) -> int:
    """0 up to SHARE_MIN of all scores, then up to WEIGHT_MAX for the highest."""
    if share is None or share <= SHARE_MIN:
        return 0
    return round(WEIGHT_MAX * (share - SHARE_MIN) / (1 - SHARE_MIN))
