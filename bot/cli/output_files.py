"""`easel imagine -o FILE`: pictures written where somebody wants them, beside the copy that easel keeps."""

from collections.abc import Sequence
from pathlib import Path

from bot.errors import BadInput, EaselError


class CannotWrite(EaselError):
    """A picture is drawn and kept, and the file that it was wanted in cannot be written."""

    kind = "cannot_write"

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"output reason={reason}", user_text=f"{path} could not be written: {reason}.")


def output_paths(output: Path, count: object) -> tuple[Path, ...]:
    """Return where the pictures go: FILE for one, FILE-1, FILE-2 and so on for several, before the ending.

    Raises:
        BadInput: One of them cannot be written, or is there already. Nothing is drawn then.
    """
    several = int(str(count)) if str(count).isdecimal() else 1
    paths = [output.with_name(f"{output.stem}-{number}{output.suffix}") for number in range(1, several + 1)]
    chosen = tuple(paths) if several > 1 else (output,)
    if output.is_dir():
        raise BadInput(f"-o takes a file, and {output} is a folder: try {output / 'picture.png'}. Nothing was drawn.")
    for path in chosen:
        if path.exists():
            raise BadInput(f"{path} is there already; remove it or name another file. Nothing was drawn.")
        if not path.parent.is_dir():
            raise BadInput(f"There is no folder {path.parent}; make it first, or name another file. Nothing was drawn.")
    return chosen


def write_pictures(pictures: Sequence[tuple[Path, bytes]]) -> None:
    """Write each picture to its file.

    Raises:
        CannotWrite: The disk does not take it, or somebody else made the file meanwhile.
    """
    for path, content in pictures:
        try:
            with path.open("xb") as file:
                file.write(content)
        except OSError as error:
            raise CannotWrite(path, (error.strerror or "no reason given").lower()) from error
