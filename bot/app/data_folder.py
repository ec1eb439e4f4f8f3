"""Makes the data folder, and checks that it can be written to."""

import tempfile
from pathlib import Path

from bot.errors import ConfigError

LET_US_WRITE = "Let the user that runs easel write there, or set another data_dir (EASEL_DATA_DIR)."


def make_data_folder(folder: Path) -> None:
    """Make the folder if it is not there, and check that files can be written to it.

    Raises:
        ConfigError: They cannot.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        try_writing(folder)
    except OSError as error:
        raise ConfigError(f"The data folder {folder} cannot be used: {reason_of(error)}. {LET_US_WRITE}") from error


def try_writing(folder: Path) -> None:
    """Write to a file that has no name, so that nothing stays behind. Raises `OSError` where that cannot be done."""
    with tempfile.TemporaryFile(dir=folder) as trial:
        trial.write(b"easel")


def reason_of(error: OSError) -> str:
    """Return the system's words, without the path or the address that asyncio adds."""
    return (error.strerror or "no reason given").partition(" (while ")[0].lower()
