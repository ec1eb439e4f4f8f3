"""Every shape in which a service or a gateway refuses words, and those in which it may."""

import httpx2
import openai
import pytest

from bot.errors import PromptRefused
from bot.provider_errors import OutcomeUnknown, ProviderFailed
from bot.providers.openai.errors import translate_error

REQUEST = httpx2.Request("POST", "https://api.openai.com/v1/images/generations")
WHY = "The response was filtered due to the prompt triggering Azure OpenAI's content management policy."
PLAIN = "Sorry, that did not work."


def status_error(status: int, error: object) -> openai.APIStatusError:
    """Make an error as the SDK makes it of an answer."""
    response = httpx2.Response(status, headers={"x-request-id": "req_1"}, request=REQUEST)
    return openai.APIStatusError("no", response=response, body=error)


def said(message: str = PLAIN, **fields: object) -> dict[str, object]:
    """Make the body of an error, as LiteLLM's proxy and OpenAI have it."""
    return {"message": message, "type": None, "code": "400", "param": None} | fields


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (400, said(type="image_generation_user_error", code="moderation_blocked")),
        (400, said(code="content_policy_violation")),
        (400, said(code="contentFilter")),
        (400, said(code="content_filter")),
        (400, said(code="invalid_prompt")),
        (400, said("Your request was rejected as a result of our safety system.")),
        (400, said("litellm.ContentPolicyViolationError: moderation_blocked", code="400")),
        (422, said(code="image_content_policy_violation")),
        (451, "Unavailable"),
        (400, said("litellm.BadRequestError: litellm.ContentPolicyViolationError: OpenAIException - no")),
        (400, said(provider_specific_fields={"innererror": {"code": "ResponsibleAIPolicyViolation"}})),
        (400, said(inner_error={"code": "ResponsibleAIPolicyViolation", "revised_prompt": "x"})),
        (400, said(innererror={"content_filter_result": {"hate": {"filtered": True, "severity": "high"}}})),
        (400, said(code="x", content_filter_results={"violence": {"filtered": True}})),
        (400, said(WHY, code="BadRequest")),
        (400, said("Unable to show the image. finishReason: IMAGE_SAFETY")),
        (400, {"error": {"status": "INVALID_ARGUMENT"}, "candidates": [{"finishReason": "PROHIBITED_CONTENT"}]}),
        (400, said("No image data in response: IMAGE_PROHIBITED_CONTENT")),
        (400, "The response is blocked, as it may violate our policies. Error Code: 58061214"),
        (400, said("This request has been blocked by our content filters.")),
        (422, said("Your request was rejected by content moderation. The prompt was flagged as disallowed.")),
        (403, {"code": "x", "error": "Content violates usage guidelines. Failed check: SAFETY_CHECK_TYPE_CSAM"}),
        (422, {"detail": [{"loc": ["body", "prompt"], "msg": "flagged", "type": "content_policy_violation"}]}),
    ],
)
def test_every_spelling_of_a_refusal_is_one(status: int, body: object) -> None:
    """OpenAI's now and then, Azure's, and gateways'."""
    refusal = translate_error(status_error(status, body), "openai")
    assert isinstance(refusal, PromptRefused)
    assert refusal.request_id == "req_1"
    assert "please try other words" in refusal.user_text


@pytest.mark.parametrize(
    "body",
    [
        said(code="moderation_blocked", moderation_details={"moderation_stage": "input", "categories": ["violence", "x"]}),
        said("rejected by the safety system. safety_violations=[violence, x].", code="moderation_blocked"),
    ],
)
def test_a_refusal_names_the_category_where_the_answer_does(body: object) -> None:
    """In its details, or in the older message; what we do not know is not repeated."""
    refusal = translate_error(status_error(400, body), "openai")
    assert isinstance(refusal, PromptRefused)
    assert refusal.user_text.startswith("The image service will not draw this because of violence;")
    assert refusal.rule == "moderation_blocked:violence"


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (400, said()),
        (400, said("The request payload is malformed or invalid. Ensure it matches the expected schema.", type="api_error")),
        (400, said("Invalid prompt.", param="prompt", type="invalid_request_error", code=None)),
        (400, None),
        (400, "<html>Bad Request</html>"),
        (422, {"detail": [{"loc": ["body", "prompt"], "msg": "no", "type": "value_error"}]}),
        (422, {}),
    ],
)
def test_an_answer_without_a_reason_may_be_a_refusal(status: int, body: object) -> None:
    """Nobody else is asked then, and the person is told what it may have been."""
    failure = translate_error(status_error(status, body), "openai")
    assert type(failure) is ProviderFailed
    assert failure.may_be_refusal
    assert not failure.is_temporary
    assert failure.user_text == (
        "The image service did not take the request and does not say why, perhaps because of the words; "
        "please try other words. Nothing was counted."
    )


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (400, said(code="unknown_parameter", param="quality")),
        (400, said("Extra inputs are not permitted", param="size")),
        (422, {"detail": [{"loc": ["body", "size"], "msg": "no"}]}),
        (400, {"error": "Invalid model name passed in model=flux. Call `/v1/models` to view available models."}),
        (400, said("The model `flux` does not exist.")),
        (400, said("Billing hard limit has been reached")),
        (401, said()),
        (403, said("Your resource has been temporarily blocked: behaviour that may violate our content policy.")),
        (404, said()),
        (429, said("too many requests under our usage policies")),
    ],
)
def test_an_answer_with_another_reason_is_none(status: int, body: object) -> None:
    """Somebody else may draw it."""
    failure = translate_error(status_error(status, body), "openai")
    assert type(failure) is ProviderFailed
    assert not failure.may_be_refusal


def test_a_gateway_that_stumbles_over_a_drawn_picture_has_not_refused_it() -> None:
    """LiteLLM answered so once to pictures that Azure had drawn."""
    failure = translate_error(
        status_error(500, said("TypeError: unexpected keyword argument 'content_filter_results'")), "openai"
    )
    assert isinstance(failure, OutcomeUnknown)
