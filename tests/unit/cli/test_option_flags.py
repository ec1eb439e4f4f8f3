"""Are the files that a flag names read, and is one that cannot be read told in a sentence?"""

from pathlib import Path

import pytest

from bot.cli.option_flags import read_flags
from bot.domain.inputs import MOST_BYTES, BroughtPicture
from bot.errors import BadInput


def test_words_are_together_and_files_are_what_is_in_them(tmp_path: Path) -> None:
    """And no words are empty ones, which the command has its own sentence for."""
    first, second = tmp_path / "first.png", tmp_path / "second.png"
    first.write_bytes(b"one")
    second.write_bytes(b"two")
    read = read_flags({"prompt": ["a", "fox"], "shape": None, "picture": [first, second]})
    assert read == {"prompt": "a fox", "shape": None, "picture": (BroughtPicture(b"one"), BroughtPicture(b"two"))}
    assert read_flags({"prompt": [], "picture": None}) == {"prompt": "", "picture": None}


def test_a_file_without_an_end_is_not_read_to_its_end() -> None:
    """Only as far as tells that it is too large."""
    read = read_flags({"picture": [Path("/dev/zero")]})
    assert read == {"picture": (BroughtPicture(bytes(MOST_BYTES + 1)),)}


@pytest.mark.parametrize("name", ["nothing.png", "."])
def test_a_file_that_cannot_be_read_is_told(tmp_path: Path, name: str) -> None:
    """With its name."""
    with pytest.raises(BadInput) as refused:
        read_flags({"picture": [tmp_path / name]})
    assert "cannot be read" in refused.value.user_text
    assert refused.value.user_text.endswith("Nothing was counted.")
