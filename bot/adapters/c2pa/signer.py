"""Signs copies of pictures as C2PA says, with the operator's certificate."""

import asyncio
import hashlib
from io import BytesIO
from typing import Any

import structlog
from c2pa import Builder, C2paError, C2paSignerInfo, Context, Signer
from PIL import Image

from bot.adapters.c2pa import OFFLINE
from bot.adapters.c2pa.certificates import SigningCertificate
from bot.domain.provenance import SourceType, source_type_url
from bot.errors import BadInput, ConfigError
from bot.services.provenance import read_provenance

log = structlog.get_logger(__name__)

_SETTINGS = {"verify": OFFLINE, "builder": {"thumbnail": {"enabled": False}}}
_PARENT = "original"


class C2paSigner:
    """Implements `bot.ports.copy_signer.CopySigner` with the C2PA library. Signatures have no time stamp."""

    def __init__(self, certificate: SigningCertificate) -> None:
        self._certificate = certificate

    async def sign(self, copy: bytes, original: bytes) -> bytes:
        """Return the signed copy. It is signed in a thread, since that takes some milliseconds."""
        return await asyncio.to_thread(self._sign_safely, copy, original)

    def check(self) -> None:
        """Sign a picture of one pixel, to see that the certificate works.

        Raises:
            ConfigError: The library refuses the certificate.
        """
        packed = BytesIO()
        Image.new("RGB", (1, 1)).save(packed, "PNG")
        try:
            self._sign(packed.getvalue(), packed.getvalue())
        except C2paError as error:
            raise ConfigError(
                f"[provenance] certificate cannot sign pictures ({_reason_of(error)}): C2PA needs one that another certificate "
                "has signed, for digital signatures, with the extended key usage for documents, e-mail or C2PA."
            ) from error

    def _sign_safely(self, copy: bytes, original: bytes) -> bytes:
        try:
            return self._sign(copy, original)
        except (C2paError, BadInput) as error:
            log.warning("copy.not_signed", reason=_reason_of(error))
            return copy

    def _sign(self, copy: bytes, original: bytes) -> bytes:
        said, parent = read_provenance(copy), read_provenance(original)
        media_type, parent_type = said.media_type, parent.media_type
        own, signed = self._certificate, BytesIO()
        source_type = SourceType(said.xmp_source_type) if said.xmp_source_type in set(SourceType) else SourceType.AI
        is_composed = source_type is SourceType.COMPOSITE and parent.xmp_source_type != SourceType.COMPOSITE
        with (
            Context.from_dict(_SETTINGS) as context,
            Builder(_manifest(source_type, is_composed=is_composed), context) as builder,
            Signer.from_info(C2paSignerInfo(own.algorithm, own.chain, own.key, None)) as signer,
        ):
            builder.add_ingredient(_parent(original), parent_type, BytesIO(original))
            builder.sign(signer, media_type, BytesIO(copy), signed)
        return signed.getvalue()


def _manifest(source_type: SourceType, *, is_composed: bool) -> dict[str, Any]:
    """Return what is signed: that easel made the picture anew from its parent, and that AI drew that; no words, and nobody.

    One that `is_composed` has what the parent shows in a part of it only. The
    actions are those of the C2PA specification, 2.2, 18.15.2.
    """
    agent = {"name": "easel"}
    opened = {
        "action": "c2pa.opened",
        "softwareAgent": agent,
        "digitalSourceType": source_type_url(SourceType.AI if is_composed else source_type),
        "parameters": {"ingredientIds": [_PARENT]},
    }
    transcoded = {"action": "c2pa.transcoded", "softwareAgent": agent}
    edited = {"action": "c2pa.edited", "softwareAgent": agent, "digitalSourceType": source_type_url(SourceType.COMPOSITE)}
    assertion = {"label": "c2pa.actions.v2", "data": {"actions": [opened, edited if is_composed else transcoded]}}
    return {"claim_generator_info": [agent], "assertions": [assertion]}


def _parent(original: bytes) -> dict[str, str]:
    """Return what the manifest says of the original: its hash, by which its keeper can recognise it."""
    instance = f"sha256:{hashlib.sha256(original).hexdigest()}"
    return {"title": "original", "relationship": "parentOf", "label": _PARENT, "instance_id": instance}


def _reason_of(error: Exception) -> str:
    return " ".join(str(error).split())[:200]
