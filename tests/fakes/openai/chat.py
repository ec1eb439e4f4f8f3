"""`/chat/completions` with a strict JSON schema, as far as the rewriter needs it."""

import json
import time
from collections.abc import Mapping

from aiohttp import web

from tests.fakes.openai.error_replies import RefusedError, error_reply
from tests.fakes.openai.faults import Fault, Kind
from tests.fakes.openai.state import Json, State
from tests.fakes.openai.wire import instead_of_an_answer, send

_PARAMS = {
    "model", "messages", "response_format", "max_completion_tokens", "max_tokens", "safety_identifier", "reasoning_effort",
    "temperature", "n", "seed", "stop", "stream", "store", "user", "metadata",
}  # fmt: skip
_REASONS = {"gpt-6"}
_NOT_TEXT = ("image", "moderation")


async def complete(request: web.Request, state: State, body: Json, fault: Fault) -> web.StreamResponse:
    """Answer one chat call that has passed the door."""
    schema = _check(state, body)
    return instead_of_an_answer(request, fault) or await send(request, completion(body, schema, fault), fault)


def completion(body: Json, schema: Mapping[str, object], fault: Fault) -> Json:
    """Return an answer, as `ChatCompletion` has it."""
    refusal = "I can't help with that." if fault.kind is Kind.MODEL_REFUSAL else None
    content = None if refusal else _content(body, schema, fault)
    finish = {Kind.LENGTH: "length", Kind.CONTENT_FILTER: "content_filter"}.get(fault.kind, "stop")
    asked, answered = len(json.dumps(body["messages"])) // 4, len(content or "") // 4 + 1
    answer: Json = {
        "id": "chatcmpl-fake",
        "object": "chat.completion",
        "created": int(time.time()),
        "model": body["model"],
        "choices": [
            {
                "index": 0,
                "finish_reason": finish,
                "logprobs": None,
                "message": {"role": "assistant", "content": content, "refusal": refusal},
            }
        ],
        "usage": {"prompt_tokens": asked, "completion_tokens": answered, "total_tokens": asked + answered},
    }
    if fault.kind is Kind.NO_CHOICES:
        answer["choices"] = []
    if fault.kind is Kind.NO_USAGE:
        del answer["usage"]
    return answer


def rewritten(prompt: str, variation_of: object) -> str:
    """Return the prompt that the fake makes of words, by a rule that anybody sees."""
    return f"Another view of: {variation_of}" if variation_of else f"A careful picture of: {prompt}"


def _content(body: Json, schema: Mapping[str, object], fault: Fault) -> str:
    if fault.kind is Kind.VERDICT:
        return fault.answer if isinstance(fault.answer, str) else json.dumps(fault.answer)
    if fault.kind is Kind.LENGTH:
        return '{"verdict": "allowed", "reason_co'
    wanted = schema["properties"]
    assert isinstance(wanted, Mapping)
    if "prompts" in wanted:
        return json.dumps({"prompts": [f"{number} careful pictures of what is shown" for number in range(1, 4)]})
    asked = json.loads(_user_message(body))
    verdict: Json = {
        "verdict": "allowed",
        "reason_code": "ok",
        "rewritten_prompt": rewritten(asked["user_prompt"], asked["variation_of"]),
        "safer_prompt": None,
    }
    return json.dumps({name: verdict.get(name) for name in wanted})


def _user_message(body: Json) -> str:
    messages = body["messages"]
    assert isinstance(messages, list)
    return str(next(message["content"] for message in messages if message["role"] == "user"))


def _check(state: State, body: Json) -> Mapping[str, object]:
    """Return the schema that the answer has to follow.

    Raises:
        RefusedError: Something is wrong with the request.
    """
    for name in body:
        if name not in _PARAMS:
            raise RefusedError(error_reply(400, f"Unknown parameter: '{name}'.", code="unknown_parameter", param=name))
    model = str(body.get("model"))
    if model not in state.models or any(word in model for word in _NOT_TEXT):
        raise RefusedError(error_reply(404, f"The model '{model}' does not exist.", code="model_not_found"))
    if "reasoning_effort" in body and not any(model.startswith(name) for name in _REASONS):
        message = "Unsupported parameter: 'reasoning_effort' is not supported with this model."
        raise RefusedError(error_reply(400, message, code="unsupported_parameter", param="reasoning_effort"))
    return _strict_schema(body)


def _strict_schema(body: Json) -> Mapping[str, object]:
    if "response_format" not in body:
        return _schema_in_words(body)
    wanted = body["response_format"]
    outer = wanted.get("json_schema") if isinstance(wanted, Mapping) else None
    schema = outer.get("schema") if isinstance(outer, Mapping) and outer.get("strict") is True else None
    properties = schema.get("properties") if isinstance(schema, Mapping) else None
    if not isinstance(schema, Mapping) or not isinstance(properties, Mapping):
        raise RefusedError(error_reply(400, "This fake only answers strict JSON schemas.", code=None, param="response_format"))
    if schema.get("additionalProperties") is not False or set(schema.get("required", ())) != set(properties):
        message = "Invalid schema: 'additionalProperties' must be false and every property required."
        raise RefusedError(error_reply(400, message, code=None, param="response_format"))
    return schema


def _schema_in_words(body: Json) -> Mapping[str, object]:
    """Return the schema that the rules show, as a model without strict answers would read them."""
    messages = body["messages"]
    assert isinstance(messages, list)
    _, _, shown = str(messages[0]["content"]).rpartition("JSON schema:\n")
    schema = json.loads(shown)
    assert isinstance(schema, Mapping)
    return schema
