"""Asks which places share their limits."""

import pytest

from bot.domain.chat import Place
from bot.domain.people import HOUSE, Platform
from bot.services.communities import Communities

LOOM, KILN = Platform("loom"), Platform("kiln")
JOINED = {"makers": ("loom:1", "kiln:T1")}


@pytest.mark.parametrize("place", [Place(LOOM, "1", "a"), Place(KILN, "T9", "b"), Place(LOOM, "", "c")])
def test_a_house_that_parts_nobody_is_one_community(place: Place) -> None:
    """Whatever was joined."""
    assert Communities(parts_tenants=False, joined=JOINED).of(place) == HOUSE


@pytest.mark.parametrize(
    ("place", "community"),
    [
        (Place(LOOM, "1", "a"), "makers"),
        (Place(KILN, "T1", "a"), "makers"),
        (Place(LOOM, "2", "a"), "loom:2"),
        (Place(KILN, "1", "a"), "kiln:1"),
        (Place(LOOM, "", "a"), HOUSE),
        (Place(Platform("desk"), "makers", "a"), "makers"),
    ],
)
def test_a_house_of_strangers_has_one_for_each_tenant(place: Place, community: str) -> None:
    """Except where tenants are joined; and what has no tenant is the house's."""
    assert Communities(parts_tenants=True, joined=JOINED, named=(Platform("desk"),)).of(place) == community
