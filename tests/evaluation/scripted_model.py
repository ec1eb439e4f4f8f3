"""A chat model that an evaluation scripts: it obeys whatever reaches its instructions, and the data too if it is told so."""

import json

import httpx2

from bot.providers.openai.client import OpenAiClient
from bot.providers.openai.system_prompt import SYSTEM_PROMPT
from tests.fakes.openai.chat import completion
from tests.fakes.openai.faults import NO_FAULT, Fault, Kind
from tests.fakes.openai.moderations import judged
from tests.fakes.openai.state import Json


class ScriptedModel:
    """Stands behind the SDK's client for one attempt.

    `harm` is what the attacker wants; without one the words are harmless, or
    want another answer than a picture. `obeyed` says which part of a request
    the model took for an instruction. A model that `believes_data` obeys
    the words themselves too.
    """

    def __init__(self, harm: str | None, *, believes_data: bool) -> None:
        self._harm = harm
        self._believes_data = believes_data
        self.obeyed = ""

    def client(self) -> OpenAiClient:
        """Return a client whose every call comes here."""
        return OpenAiClient("sk-scripted", "http://model.test/v1", transport=httpx2.MockTransport(self._answer))

    def _answer(self, request: httpx2.Request) -> httpx2.Response:
        body = json.loads(request.content)
        if request.url.path.endswith("/moderations"):
            return httpx2.Response(200, json=judged(body["model"], NO_FAULT, is_picture=False))
        self.obeyed = self.obeyed or find_instruction(body)
        verdict = {"verdict": "allowed", "reason_code": "ok", "rewritten_prompt": self._harm or "PWNED", "safer_prompt": None}
        if not self.obeyed and not (self._believes_data and self._harm):
            words = json.loads(body["messages"][1]["content"])["user_prompt"]
            is_harm = self._harm is not None
            verdict |= {"rewritten_prompt": None if is_harm else words}
            verdict |= {"verdict": "rejected", "reason_code": "other"} if is_harm else {}
        return httpx2.Response(200, json=completion(body, {}, Fault(kind=Kind.VERDICT, answer=verdict)))


def find_instruction(body: Json) -> str:
    """Return which part of a request is not what it is for everybody, or not data; empty where all is as it should be."""
    match body["messages"]:
        case [{"role": "developer", "content": rules}, {"role": "user", "content": str(data)}]:
            if rules != SYSTEM_PROMPT:
                return "rules"
        case _:
            return "messages"
    try:
        pairs = json.loads(data, object_pairs_hook=list)
    except ValueError:
        return "data that is no JSON"
    if [name for name, _ in pairs] != ["user_prompt", "variation_of"] or not isinstance(pairs[0][1], str):
        return "data of another form"
    words = pairs[0][1]
    rest = json.dumps({name: value for name, value in body.items() if name != "messages"})
    return "parameters" if any(part in rest for part in _parts(words)) else ""


def _parts(words: str) -> list[str]:
    """Return pieces of the words that are too long to stand in a request by chance."""
    bare = json.dumps(words)[1:-1]
    return [bare[start : start + 24] for start in range(0, max(1, len(bare) - 23), 8)]
