"""Which error answers mean that the words were refused, in all the shapes that services and gateways give it.

The shapes were found in OpenAI's and Azure's answers, and in what LiteLLM, Google's and xAI's gateways make of such answers.
"""

import re

from bot.errors import PromptRefused
from bot.providers.openai.error_response import ErrorResponse
from bot.providers.shared.moderation_categories import prompt_refused

_CODES = {
    "moderation_blocked",
    "content_policy_violation",
    "image_content_policy_violation",
    "content_filter",
    "contentfilter",
    "invalid_prompt",
    "bio_policy",
    "misalignment_policy_violation",
}
_REFUSAL_PHRASES = (
    "moderationblocked",
    "contentpolicy",
    "contentmanagementpolicy",
    "contentfilter",
    "contentmoderation",
    "contentmoderated",
    "requestmoderated",
    "responsibleai",
    "raifilteredreason",
    "safetysystem",
    "safetyfilter",
    "safetyviolation",
    "safetycheck",
    "imagesafety",
    "prohibitedcontent",
    "inappropriatecontent",
    "sensitivecontent",
    "sensitivewords",
    "flaggedas",
    "violateour",
    "violatesour",
    "usageguidelines",
    "usagepolicies",
    "blockreason",
    "harmcategory",
    "datainspectionfailed",
    "nsfw",
)
"""Parts of words, as `ErrorResponse.searchable_text` has them."""

_LEGAL_REASONS = 451
_FORBIDDEN = 403
_MAY_BE_REFUSALS = {None, 200, 400, 403, 422, _LEGAL_REASONS}
_BLOCKED_ACCOUNT = "temporarilyblocked"

_AMBIGUOUS_STATUSES = {400, 422}
_OTHER_REASONS = {
    "unknown_parameter",
    "unsupported_parameter",
    "missing_required_parameter",
    "invalid_value",
    "unsupported_value",
    "invalid_type",
    "invalid_size",
    "invalid_model",
    "model_not_found",
    "string_above_max_length",
}
_WRONG_MODEL = re.compile(
    r"invalid model|unknown model|unsupported model|no such model|model.{0,120}(not found|not exist)", re.DOTALL
)


def is_refusal(response: ErrorResponse) -> bool:
    """Whether these words were refused; a 403 about a blocked account is not about these words."""
    if response.status == _LEGAL_REASONS:
        return True
    if response.status not in _MAY_BE_REFUSALS:
        return False
    if response.status == _FORBIDDEN and _BLOCKED_ACCOUNT in response.searchable_text:
        return False
    return response.code.lower() in _CODES or any(sign in response.searchable_text for sign in _REFUSAL_PHRASES)


def may_be_refusal(response: ErrorResponse) -> bool:
    """Whether an answer that is no plain refusal may be one all the same, as it gives no other reason."""
    if response.status not in _AMBIGUOUS_STATUSES or response.code in _OTHER_REASONS:
        return False
    named = {response.param, *response.invalid_parameters} - {""}
    return not (named - {"prompt"}) and not _WRONG_MODEL.search(response.message.lower())


def to_prompt_refused(response: ErrorResponse) -> PromptRefused:
    """Return the refusal of the words, with its reason where that is known."""
    code = response.code.lower() if response.code.lower() in _CODES else "refused_by_provider"
    return prompt_refused(code, response.categories, request_id=response.request_id)
