"""Asks how people, roles and amounts of money may be typed."""

import pytest

from bot.domain.options import Dollars, OptionKind, PersonRef, RoleRef
from bot.domain.people import Identity, Mention, Platform, RoleMention
from bot.errors import BadInput

LOOM = Platform("loom")
WHO, ROLE, SUM = PersonRef("Whom"), RoleRef("Which"), Dollars("How much", most=1000)


@pytest.mark.parametrize(
    ("kind", "typed", "value"),
    [
        (WHO, "<@123>", Mention("123")),
        (WHO, "<@!123>", Mention("123")),
        (WHO, "<@U1A|ann b.>", Mention("U1A")),
        (WHO, " 123 ", Mention("123")),
        (WHO, 123, Mention("123")),
        (WHO, "loom:123", Mention("123", LOOM)),
        (WHO, "loom:T1:U1", Mention("U1", LOOM, "T1")),
        (ROLE, "<@&77>", RoleMention("77")),
        (ROLE, "<!subteam^S1|@artists>", RoleMention("S1")),
        (ROLE, "S1", RoleMention("S1")),
        (ROLE, "loom:T1:S1", RoleMention("S1", LOOM, "T1")),
        (SUM, "12.50", 12_500_000),
        (SUM, "$7", 7_000_000),
        (SUM, "0", 0),
        (SUM, "1,000", 1_000_000_000),
        (SUM, "12,50", 12_500_000),
        (SUM, "12,5", 12_500_000),
        (SUM, "0.5", 500_000),
        (SUM, "0.05", 50_000),
    ],
)
def test_what_fits_is_taken(kind: OptionKind, typed: object, value: object) -> None:
    """Mentions of every platform, plain ids, and whole addresses."""
    assert kind.parse("it", typed) == value
    assert kind.values == ()


@pytest.mark.parametrize(
    ("kind", "typed"),
    [
        (WHO, "@ann"),
        (WHO, "ann smith"),
        (WHO, "<@&77>"),
        (WHO, ""),
        (WHO, "loom:"),
        (WHO, "x" * 65),
        (ROLE, "<@123>"),
        (ROLE, "loom:77"),
        (ROLE, "@artists"),
        (SUM, "-1"),
        (SUM, "1.234"),
        (SUM, "1,0000"),
        (SUM, "1,00,000"),
        (SUM, "1000.01"),
        (SUM, "1e3"),
        (SUM, "nan"),
        (SUM, "99999999999999"),
        (SUM, ""),
    ],
)
def test_what_does_not_fit_is_refused(kind: OptionKind, typed: object) -> None:
    """In one sentence that says what would."""
    with pytest.raises(BadInput, match="bad input") as refused:
        kind.parse("it", typed)
    assert refused.value.user_text.startswith(("it is a", "For it, please mention"))


@pytest.mark.parametrize(
    ("mention", "identity"),
    [
        (Mention("7"), Identity(LOOM, "T1", "7")),
        (Mention("7", Platform("kiln")), Identity(Platform("kiln"), "", "7")),
        (Mention("7", LOOM, "T2"), Identity(LOOM, "T2", "7")),
    ],
)
def test_a_mention_is_of_the_speakers_place_unless_it_says_otherwise(mention: Mention, identity: Identity) -> None:
    """An id means nothing outside its realm."""
    assert mention.to_identity(Identity(LOOM, "T1", "1")) == identity
