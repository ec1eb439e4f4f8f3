"""Checks the certificate that signs copies of pictures."""

from datetime import timedelta

from bot.app.content_credentials import check_certificate
from bot.config import Settings
from bot.domain.health import Finding, Health
from bot.ports.clock import Clock

_SOON = timedelta(days=30)


async def check_provenance(settings: Settings, clock: Clock) -> tuple[Finding, ...]:
    """Return as whom copies are signed, and until when; a certificate that cannot sign raises `ConfigError`."""
    if not settings.provenance.certificate:
        return ()
    certificate = await check_certificate(settings, clock)
    text = f"Copies of pictures are signed as {certificate.name}, until {certificate.expires_at:%d %B %Y}."
    if certificate.expires_at - clock.now() > _SOON:
        return (Finding("provenance", Health.OK, text),)
    return (
        Finding("provenance", Health.NOTE, text, "Get a new certificate, and start easel again: later copies are not signed."),
    )
