"""What a model's own words say of why it did not draw: services that run anybody's models pass them on as they are."""

import re

from bot.errors import EaselError
from bot.provider_errors import ProviderFailed, ProviderFault
from bot.providers.shared.model_loading import sentences
from bot.providers.shared.moderation_categories import prompt_refused

_REFUSED = re.compile(
    r"nsfw|\be005\b|(flagged|marked) as sensitive|sensitive content|content (policy|moderat)|(request|content) moderated",
    re.IGNORECASE,
)
_NO_MEMORY = re.compile(r"out ?of ?memory|allocation on device", re.IGNORECASE)
_NO_MEMORY_OF_SERVER = re.compile(r"(cuda|hip|mps|xpu|gpu):? out of memory|OutOfMemoryError|allocation on device", re.IGNORECASE)
_SERVER_ERROR = 500
_CODE = re.compile(r"\b[A-Z]\d{3,5}\b|\b[A-Z]\w*(?:Error|Exception)\b")


def is_out_of_memory(status: int | None, body: object) -> bool:
    """Whether a server's error says that its graphics card was full: nothing was drawn."""
    return status is not None and status >= _SERVER_ERROR and any(map(_NO_MEMORY_OF_SERVER.search, sentences(body)))


def model_failure(provider: str, said: object, *, request_id: str, place: str = "") -> EaselError:
    """Return what became of a call whose model ended with these words; `place` is where in it that was, where it is known.

    The words may repeat the prompt, so that only a code or the name of an
    error in them goes into the log.
    """
    text = said if isinstance(said, str) else ""
    if _REFUSED.search(text):
        return prompt_refused("flagged", (), request_id=request_id)
    if _NO_MEMORY.search(text):
        return ProviderFailed(provider, "no memory left", fault=ProviderFault.OUT_OF_MEMORY, request_id=request_id)
    codes = " ".join(dict.fromkeys(_CODE.findall(text)))[:100] or "without a code"
    return ProviderFailed(
        provider, f"the model failed{place and ' in '}{place}: {codes}", fault=ProviderFault.BAD_ANSWER, request_id=request_id
    )
