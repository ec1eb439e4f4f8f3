"""Looks at the signature of a picture's C2PA manifest, without asking any other machine."""

import json
from collections.abc import Iterable
from dataclasses import replace
from io import BytesIO
from typing import Any

from c2pa import C2paError, Context, Reader

from bot.adapters.c2pa import OFFLINE
from bot.domain.provenance import Signature, SignatureState

_UNTRUSTED = "signingCredential.untrusted"
_REASONS = {
    "assertion.dataHash.mismatch": "the picture was changed after it was signed",
    "assertion.hashedURI.mismatch": "what it says was changed after it was signed",
    "claimSignature.mismatch": "it was not made by the certificate that it names",
    "signingCredential.expired": "the certificate was not valid when it signed, or that cannot be known any more",
}


def verify_signature(content: bytes, media_type: str, *, own: str, own_serial: int | None, trusted: str) -> Signature:
    """Return what the signature is worth. `own` and `trusted` are certificates in PEM form, or nothing.

    `own` are the operator's: the one that signs, which has `own_serial`, and
    those that issued it. Issuers give each serial number once, so that it
    identifies the certificate.
    """
    if own:
        report = _read_report(content, media_type, own)
        if _is_trusted(report) and str(_info_of(report).get("cert_serial_number")) == str(own_serial):
            return replace(_judge(report), is_ours=True)
    return _judge(_read_report(content, media_type, trusted))


def _read_report(content: bytes, media_type: str, anchors: str) -> dict[str, Any] | None:
    trust = {"trust": {"trust_anchors": anchors}} if anchors else {}
    settings = {"verify": {"verify_trust": True, **OFFLINE}, **trust}
    try:
        with Context.from_dict(settings) as context, Reader(media_type, BytesIO(content), context=context) as reader:
            report: dict[str, Any] = json.loads(reader.json())
    except C2paError:
        return None
    return report


def _is_trusted(report: dict[str, Any] | None) -> bool:
    return report is not None and report.get("validation_state") == "Trusted"


def _info_of(report: dict[str, Any] | None) -> dict[str, Any]:
    manifests = (report or {}).get("manifests", {})
    info: dict[str, Any] = manifests.get((report or {}).get("active_manifest"), {}).get("signature_info") or {}
    return info


def _judge(report: dict[str, Any] | None) -> Signature:
    if report is None:
        return Signature(SignatureState.INVALID, reason="the manifest cannot be read")
    info = _info_of(report)
    signer = " / ".join(filter(None, dict.fromkeys([info.get("issuer"), info.get("common_name")]))) or None
    failures = (report.get("validation_results", {}).get("activeManifest") or {}).get("failure", [])
    codes = [failure["code"] for failure in failures]
    match report.get("validation_state"):
        case "Trusted":
            return Signature(SignatureState.VALID, signer)
        case "Valid" if set(codes) <= {_UNTRUSTED}:
            return Signature(SignatureState.UNTRUSTED, signer)
        case _:
            return Signature(SignatureState.INVALID, signer, reason=_reason_of(codes))


def _reason_of(codes: Iterable[str]) -> str:
    found = next((code for code in codes if code != _UNTRUSTED), "no reason given")
    return _REASONS.get(found, found)
