"""Content credentials (C2PA): signing copies of pictures, and looking at signatures. Needs the extra `c2pa`."""

from typing import Any

OFFLINE: dict[str, Any] = {"remote_manifest_fetch": False, "ocsp_fetch": False}
"""What the library is told of verifying: a picture must not have it ask other machines."""
