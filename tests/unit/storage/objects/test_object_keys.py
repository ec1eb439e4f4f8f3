"""Asks which keys are keys."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as some

from bot.errors import StorageFailed
from storage.objects.object_keys import check_key, is_key, trial_key


@pytest.mark.parametrize("key", ["a", "0", "a/b", "a.b-c_d", "_", "-", "x" * 512, ".well-known/x", "a/.b"])
def test_the_port_s_rule_is_kept(key: str) -> None:
    """What it allows comes back unchanged."""
    assert check_key(key, "disk") == key


@pytest.mark.parametrize(
    "key",
    ["", "x" * 513, "/a", "a/", "a//b", "..", "a/../b", "a..b", ".", "./a", "a/.", "A", "ä", "a b", "a\n", "a\x00", "a~", "a\\b"],
)
def test_all_else_is_refused(key: str) -> None:
    """Without repeating it: it may be anything that somebody sent."""
    with pytest.raises(StorageFailed) as failure:
        check_key(key, "disk")
    assert str(failure.value) == "store=disk reason=not a key of an object"


@given(some.text(alphabet="ab.-_/~AÄ \n\x00", max_size=12))
def test_a_key_names_one_place_below_the_root(text: str) -> None:
    """Every part is a plain name, whatever the mixture."""
    if is_key(text):
        assert set(text) <= set(string.ascii_lowercase + string.digits + "._/-")
        assert all(part not in {"", ".", ".."} for part in text.split("/"))


def test_trial_keys_are_keys_and_differ() -> None:
    """Two check-ups never meet."""
    first, second = trial_key(), trial_key()
    assert is_key(first)
    assert first != second
