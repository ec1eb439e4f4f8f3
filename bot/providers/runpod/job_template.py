"""What a worker takes and gives: its input with placeholders, and where in its output the pictures are."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.domain.images import ImageRequest
from bot.errors import ConfigError
from bot.providers.shared.comfyui_workflow import check_workflow
from bot.providers.shared.templates import check_placeholders, drawing_values, fill, find_placeholders, parse_json

_NEEDED = ("prompt", "width", "height")
_FILLED = (*_NEEDED, "seed", "count", "job")


@dataclass(frozen=True, slots=True)
class JobTemplate:
    """A worker's `input`, and the path to its pictures: names and numbers, such as `images.*.data`; a star is each one."""

    input: Mapping[str, Any]
    output: str

    @property
    def takes_count(self) -> bool:
        """Whether it draws several pictures in one job."""
        return "count" in find_placeholders(self.input)

    @property
    def takes_seed(self) -> bool:
        """Whether it draws by a seed."""
        return "seed" in find_placeholders(self.input)

    def fill(self, request: ImageRequest) -> Any:
        """Return the input for a drawing; `job` is its id."""
        return fill(self.input, {**drawing_values(request), "job": request.drawing})

    def find_pictures(self, output: Any) -> list[str]:
        """Return the texts at the path: addresses, data URLs or base64."""
        found = [output]
        for step in filter(None, self.output.split(".")):
            found = [below for each in found for below in _go(each, step)]
        return [each for each in found if isinstance(each, str) and each]


def parse_template(text: str, output: str, *, setting: str) -> JobTemplate:
    """Return the template with that JSON as its input; `setting` says where it is named.

    Raises:
        ConfigError: It is no JSON object, or has not the placeholders that a drawing needs.
    """
    parsed = parse_json(text, setting=setting)
    if not isinstance(parsed, dict) or not parsed:
        raise ConfigError(f"{setting} is no JSON object, as a worker's input has to be.")
    workflow = parsed.get("workflow")
    if isinstance(workflow, dict) and "nodes" in workflow:  # what ComfyUI's editor saves, and no worker draws by
        check_workflow(workflow, setting=setting)
    check_placeholders(find_placeholders(parsed), needed=_NEEDED, filled=_FILLED, setting=setting)
    return JobTemplate(parsed, output)


def _go(value: Any, step: str) -> list[Any]:
    if isinstance(value, dict):
        return [value[step]] if step in value else []
    if isinstance(value, list) and step == "*":
        return value
    if isinstance(value, list) and step.isdecimal():
        return value[int(step) : int(step) + 1]
    return []
