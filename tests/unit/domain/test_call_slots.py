"""Asks how many more calls accounts may have, and which of them takes the next one."""

from datetime import timedelta

from bot.domain.call_limits import CallLimits, sum_limits
from bot.domain.call_slots import CallSlots, choose_account, count_free_slots, moments_of
from bot.domain.provider_accounts import account_name, label_accounts, provider_of
from tests.fakes.clock import NOON

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)


def slots_of(account: str, per_minute: int | None = None, **known: object) -> CallSlots:
    """Return what an account has under way."""
    return CallSlots(account=account, limits=CallLimits(per_minute=per_minute), **known)  # type: ignore[arg-type]  # a test's own


def test_calls_begin_by_whichever_account_is_free_first() -> None:
    """One that is blocked is free later."""
    slots = [
        slots_of("a", 2, begun=(NOON - 30 * SECOND, NOON - 10 * SECOND)),
        slots_of("b", 1, blocked_until=NOON + 40 * SECOND),
        slots_of("c", 1),
    ]
    assert count_free_slots(slots, NOON) == 1
    after = [round((at - NOON).total_seconds()) for at in moments_of(slots, NOON)]
    assert after == [0, 30, 40, 50]


def test_one_that_took_more_than_it_may_now_waits_until_enough_are_a_minute_old() -> None:
    """Its limit has just been lowered."""
    begun = tuple(NOON - number * SECOND for number in (30, 20, 10))
    lowered = slots_of("a", 2, begun=begun)
    assert lowered.count(NOON) == 0
    assert [at - NOON for at in lowered.moments(NOON)] == [MINUTE - 20 * SECOND, MINUTE - 10 * SECOND]


def test_those_that_rest_are_asked_only_where_all_do() -> None:
    """They are asked all the same then."""
    resting = slots_of("a", is_resting=True)
    assert choose_account([resting, slots_of("b", out=5)], NOON) == "b"
    assert choose_account([resting], NOON) == "a"
    assert count_free_slots([resting, slots_of("b", 1)], NOON) == 1


def test_where_no_account_has_room_the_one_that_has_it_first_is_chosen() -> None:
    """One whose calls have all to end is the last."""
    late, soon = (slots_of(name, blocked_until=NOON + wait * SECOND) for name, wait in (("late", 9), ("soon", 3)))
    full = CallSlots(account="full", limits=CallLimits(at_once=1), out=1)
    assert choose_account([full, late, soon], NOON) == "soon"


def test_limits_of_accounts_add_up_unless_one_has_none() -> None:
    """Then there is no bound."""
    assert sum_limits([CallLimits(at_once=2), CallLimits(at_once=3, per_minute=1)]) == CallLimits(at_once=5)


def test_an_account_is_named_by_its_key_and_called_by_its_place() -> None:
    """The name does not change with the list, and nobody reads the key in it."""
    accounts = [account_name("flux", key) for key in ("secret-one", "secret-two")]
    assert [provider_of(one) for one in (*accounts, "flux")] == ["flux"] * 3
    assert "secret" not in f"{accounts}"
    assert list(label_accounts(accounts).values()) == ["flux (key 1 of 2)", "flux (key 2 of 2)"]
    assert label_accounts(["flux"]) == {"flux": "flux"}
