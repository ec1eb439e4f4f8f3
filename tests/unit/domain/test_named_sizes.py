"""Tests for sizes by the place that a picture is for."""

import pytest

from bot.domain.images import FreeSizes, Size
from bot.domain.named_sizes import NamedSize, named_sizes
from bot.errors import BadInput

RULE = FreeSizes(multiple_of=16, min_pixels=655_360, max_pixels=8_294_400, max_edge=3840, max_aspect=3.0)
"""What image models draw that take any size."""


@pytest.mark.parametrize("name", named_sizes())
def test_each_can_be_drawn_exactly(name: str) -> None:
    """Nothing has to be cut off."""
    assert RULE.allows(NamedSize("Where").parse("for", f" {name.upper()} "))


def test_another_place_is_not_known() -> None:
    """A near miss is guessed."""
    assert NamedSize("Where").parse("for", "x-header") == Size(1536, 512)
    with pytest.raises(BadInput) as caught:
        NamedSize("Where").parse("for", "x-headr")
    assert "Did you mean x-header?" in caught.value.user_text
    assert "x-header" in NamedSize("Where").values
