"""Which error answers mean that the words were refused, in all the shapes that services and gateways give it.

The shapes were found in OpenAI's and Azure's answers, and in what LiteLLM, Google's and xAI's gateways make of such answers.
"""

import re

from bot.errors import PromptRefused
from bot.providers.openai.categories import because_of
from bot.providers.openai.complaints import Complaint

_CODES = {
    "moderation_blocked",
    "content_policy_violation",
    "image_content_policy_violation",
    "content_filter",
    "contentfilter",
    "invalid_prompt",
}
_SIGNS = (
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
"""Parts of words, as `Complaint.everything` has them."""

_LEGAL_REASONS = 451
_FORBIDDEN = 403
_MAY_BE_REFUSALS = {None, 200, 400, 403, 422, _LEGAL_REASONS}
_BLOCKED_ACCOUNT = "temporarilyblocked"

_IN_DOUBT = {400, 422}
_CLEAR_CODES = {
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


def is_refusal(complaint: Complaint) -> bool:
    """Whether these words were refused; a 403 about a blocked account is not about these words."""
    if complaint.status == _LEGAL_REASONS:
        return True
    if complaint.status not in _MAY_BE_REFUSALS:
        return False
    if complaint.status == _FORBIDDEN and _BLOCKED_ACCOUNT in complaint.everything:
        return False
    return complaint.code.lower() in _CODES or any(sign in complaint.everything for sign in _SIGNS)


def may_be_refusal(complaint: Complaint) -> bool:
    """Whether an answer that is no plain refusal may be one all the same, as it gives no other reason."""
    if complaint.status not in _IN_DOUBT or complaint.code in _CLEAR_CODES:
        return False
    named = {complaint.param, *complaint.places} - {""}
    return not (named - {"prompt"}) and not _WRONG_MODEL.search(complaint.message.lower())


def refused(complaint: Complaint) -> PromptRefused:
    """Say that the words were refused, and because of what where that is known."""
    code = complaint.code.lower() if complaint.code.lower() in _CODES else "refused_by_provider"
    return PromptRefused(
        rule=":".join([code, *_known(complaint.categories)]),
        sentence=f"The image service will not draw this{because_of(complaint.categories)}; please try other words.",
        request_id=complaint.request_id,
    )


def _known(categories: tuple[str, ...]) -> list[str]:
    return [category for category in categories if because_of((category,))]
