"""Asks which answers say that a model is being loaded: those that real servers give, and no others."""

from datetime import timedelta

import pytest

from bot.provider_errors import OutcomeUnknown, ProviderFault
from bot.providers.openai.error_response import parse_error_response
from bot.providers.openai.errors import translate_error_response
from bot.providers.shared.model_loading import estimated_time, is_loading

HUGGING_FACE = {"error": "Model black-forest-labs/FLUX.1-dev is currently loading", "estimated_time": 20.5}
LLAMA_CPP = {"error": {"code": 503, "message": "Loading model", "type": "unavailable_error"}}
VLLM_OMNI = {"detail": "Multi-stage engine not initialized. Start server with an omni model."}
TGI = {"error": "Model is warming up", "error_type": "unhealthy"}


@pytest.mark.parametrize("body", [HUGGING_FACE, LLAMA_CPP, VLLM_OMNI, TGI])
def test_servers_that_load_say_so_with_a_503(body: object) -> None:
    """Nothing was drawn, whatever else the number may mean."""
    assert is_loading(503, body)
    failure = translate_error_response(parse_error_response(body, 503, {}), "own")
    assert failure.fault is ProviderFault.LOADING  # type: ignore[union-attr]  # it is no refusal
    assert not isinstance(failure, OutcomeUnknown)


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (500, HUGGING_FACE),
        (503, None),
        (503, {"error": "Service Temporarily Unavailable"}),
        (503, {"error": {"message": "The server is overloaded", "type": "service_unavailable_error"}}),
        (503, {"detail": [{"msg": "model loading"}]}),
        (None, LLAMA_CPP),
    ],
)
def test_other_answers_do_not(status: int | None, body: object) -> None:
    """Of those nobody knows whether something was drawn."""
    assert not is_loading(status, body)


def test_the_time_that_it_takes_is_read_where_it_makes_sense() -> None:
    """Ten minutes at most."""
    assert estimated_time(HUGGING_FACE) == timedelta(seconds=20.5)
    assert estimated_time({"estimated_time": 1e9}) == timedelta(minutes=10)
    for odd in (True, "20", -1, float("inf"), float("nan")):
        assert estimated_time({"estimated_time": odd}) is None
    assert estimated_time([]) is None


@pytest.mark.parametrize(
    "body",
    [
        {"detail": "Image generation failed: CUDA out of memory. Tried to allocate 2.00 GiB"},
        {"error": {"message": "torch.OutOfMemoryError: Allocation on device", "type": "server_error"}},
    ],
)
def test_a_full_graphics_card_has_drawn_nothing(body: object) -> None:
    """Another size may do, and an error of 500 that says nothing of memory may have been drawn."""
    failure = translate_error_response(parse_error_response(body, 500, {}), "own")
    assert failure.fault is ProviderFault.OUT_OF_MEMORY  # type: ignore[union-attr]  # it is no refusal
    assert not isinstance(failure, OutcomeUnknown)
    other = translate_error_response(parse_error_response({"detail": "a poster about being out of memory"}, 500, {}), "own")
    assert isinstance(other, OutcomeUnknown)
