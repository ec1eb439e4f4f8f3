"""Which parameters an address does not take: told by the operator, or learned from its refusals."""

import re
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

import structlog

from bot.domain.gateways import OmittableParameter
from bot.providers.openai.error_response import ErrorResponse, parse_error_response
from bot.providers.openai.refusals import is_refusal

if TYPE_CHECKING:
    import openai

log = structlog.get_logger(__name__)

_INVALID_REQUEST = {400, 422}
_BY_VALUE = {"size", "quality"}
"""A service may take one size and not another."""

_UNMISTAKABLE: Mapping[str, str] = {
    "stream": r"partial_images|extra_body",
    "safety_identifier": r"safety_identifier|extra_body",
    "developer": r"roles?\b|developer\b",
    "json_schema": r"json_?schema|response_?format|structured outputs?",
}
"""Words that can only mean the parameter, wherever a message has them; so can a name with `_`.

LiteLLM wraps what it does not know in `extra_body`, and then passes on that this is not taken.
"""

_MENTION = r"['\"`]{0}['\"`]|\b(?:parameters?|arguments?|fields?|property|supplied|settings?|inputs?)[\s:]+{0}\b"


class UnsupportedParameters:
    """The parameters that an address does not take. What it learned is forgotten when the process ends."""

    def __init__(self, service: str, parameters: Collection[str] = ()) -> None:
        self._service = service
        self._names: set[str] = set(parameters)
        self._values: set[tuple[str, object]] = set()

    def has(self, name: OmittableParameter, value: object = None) -> bool:
        """Whether to leave the parameter out, with this value."""
        return name in self._names or (name, value) in self._values

    def learn(self, error: "openai.APIStatusError", sent: Mapping[OmittableParameter, object], *, words: str) -> bool:
        """Remember what an answer names of what was sent; True where that is something, so that asking again may help.

        Such an answer is a check of the request, before anything is drawn.
        `words` are what a person typed, which the answer may repeat.
        """
        response = parse_error_response(error.body, error.status_code, error.response.headers)
        if response.status not in _INVALID_REQUEST or is_refusal(response):
            return False
        named = [name for name in sent if _mentions(response, name, words)]
        for name in named:
            if name in _BY_VALUE:
                self._values.add((name, sent[name]))
            else:
                self._names.add(name)
        if named:
            log.warning("provider.parameter_left_out", provider=self._service, parameters=named, reason=str(response))
        return bool(named)


def _mentions(response: ErrorResponse, name: str, words: str) -> bool:
    plain = _UNMISTAKABLE.get(name, name if "_" in name else "")
    either = rf"\b(?:{plain}|{name}\b)" if plain else rf"\b{name}\b"
    if any(re.search(either, place) for place in (response.param, *response.invalid_parameters)):
        return True
    said = response.message.replace(words, "")
    patterns = [rf"\b(?:{plain})"] * bool(plain) + [_MENTION.format(name)]
    return any(re.search(pattern, said, re.IGNORECASE) for pattern in patterns)
