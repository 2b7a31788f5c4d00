"""The password policy of NIST 800-63B: long enough, on no list, not about oneself; nothing else."""

import threading

import pytest
from django.contrib.auth.hashers import check_password, make_password

from accounts import passwords
from accounts.errors import Refusal
from accounts.models import User
from accounts.services.people import check_new_password

ADA = User(email="ada.lovelace@analytical.example", name="Ada Byron King")


def refused(password, user=ADA):
    with pytest.raises(Refusal) as caught:
        check_new_password(password, user, pointer="/password")
    return {error.code for error in caught.value.errors}


def test_the_list_is_there_in_lower_case_and_worth_its_bytes():
    words = passwords.common_passwords()
    assert len(words) > 15_000
    assert all(word == word.casefold() and len(word) >= 8 for word in words)
    assert passwords.COMMON.stat().st_size < 100_000


@pytest.mark.parametrize(
    "password", ["password123", "PassWord123", " qwertyuiop ", "12345678", "iloveyou", "sunshine1"]
)
def test_what_many_people_use_is_refused_in_any_case(password):
    """Checklist 3."""
    assert "password_too_common" in refused(password)


@pytest.mark.parametrize(
    "password",
    [
        "ada.lovelace@analytical.example",
        "ADA.Lovelace",
        "lovelace12!",
        "analytical.example1",
        "Ada Byron King",
        "household-books",
        "Household-Books!1",
    ],
)
def test_what_everybody_knows_of_a_person_is_refused_with_a_little_paint(password):
    """Checklist 3, context words."""
    assert "password_in_context" in refused(password)


@pytest.mark.parametrize(
    "password",
    [
        "lovelace walks by the sea",  # a word of one's own inside a long phrase is no harm
        "onlylowercaselettersx",
        "77777 sheep",
        "пароль не из списка",
        "x" * 8 + "7" * 56,
        " Aé" + "x" * 97,
        "a9" * 512,
    ],
)
def test_no_mix_of_signs_is_asked_for_and_no_sign_is_forbidden(password):
    """Checklist 1 and 2."""
    check_new_password(password, ADA, pointer="/password")


def test_the_shortest_length_is_a_setting():
    """Checklist 1: seven are refused."""
    assert refused("kx7!pq2") == {"password_too_short"}
    assert "password_too_long" in refused("a9" * 512 + "x")


def test_only_so_many_hashes_are_computed_at_a_time(settings, monkeypatch):
    """Checklist 11: a flood of logins leaves the cores to others, and nobody waits for ever."""
    settings.HASHING_AT_ONCE = 3
    monkeypatch.setattr(passwords, "BUSY_SECONDS", 0)
    passwords._places.cache_clear()
    held = [passwords.place_at_the_hasher() for _ in range(3)]
    for place in held:
        place.__enter__()
    with pytest.raises(Refusal, match="busy") as caught:
        make_password("one too many")
    assert (caught.value.status, caught.value.headers["Retry-After"]) == (503, "0")
    for place in held:
        place.__exit__(None, None, None)
    assert check_password("now there is room", make_password("now there is room"))


def test_never_more_hashes_than_places(settings, monkeypatch):
    settings.HASHING_AT_ONCE = 2
    passwords._places.cache_clear()
    guard, inside, most = threading.Lock(), 0, 0

    def hash_slowly():
        nonlocal inside, most
        with passwords.place_at_the_hasher():
            with guard:
                inside += 1
                most = max(most, inside)
            threading.Event().wait(0.01)
            with guard:
                inside -= 1

    threads = [threading.Thread(target=hash_slowly) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most <= 2
