"""Asks what boto's errors are taken to mean, where no server of ours can make it raise them."""

import subprocess
import sys
from pathlib import Path

import pytest

from bot.domain.health import Health
from bot.errors import ConfigError
from storage.objects.s3 import S3Address, S3Objects

pytestmark = pytest.mark.needs("s3")


@pytest.mark.parametrize(
    ("code", "status", "reason"),
    [
        ("SlowDown", 503, "store is overloaded"),
        ("503", 503, "store is overloaded"),
        ("500", 500, "the store broke down over it"),
        ("NoSuchKey", 404, "nothing under that key"),
        ("404", 404, "that is not an S3 store"),
        ("", 404, "that is not an S3 store"),
        ("PermanentRedirect", 301, "wrong region"),
        ("Unheard.Of1", 400, "it answered Unheard.Of1"),
        ("two words", 400, "it answered 400"),
        ("x" * 61, 403, "access denied"),
    ],
)
def test_an_answer_means(code: str, status: int, reason: str) -> None:
    """The code tells; without a usable one the status does."""
    from botocore.exceptions import ClientError  # noqa: PLC0415 - skipped where it is missing

    from storage.objects.s3_errors import diagnose  # noqa: PLC0415 - skipped where boto is missing

    error = ClientError({"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}}, "GetObject")
    assert diagnose(error).reason == reason


def test_an_error_means() -> None:
    """Certificates, lateness, lack of credentials, and what we have not thought of."""
    import aiohttp  # noqa: PLC0415 - skipped where it is missing
    from botocore import exceptions as boto  # noqa: PLC0415 - skipped where it is missing

    from storage.objects.s3_errors import ERRORS, diagnose  # noqa: PLC0415 - skipped where boto is missing

    reasons = {
        boto.SSLError(endpoint_url="https://x", error="x"): "certificate not trusted",
        boto.ConnectTimeoutError(endpoint_url="https://x"): "no answer in time",
        boto.ReadTimeoutError(endpoint_url="https://x"): "no answer in time",
        TimeoutError(): "no answer in time",
        boto.EndpointConnectionError(endpoint_url="https://x"): "unreachable",
        boto.ConnectionClosedError(endpoint_url="https://x"): "unreachable",
        aiohttp.ClientPayloadError(): "unreachable",
        ConnectionResetError(): "unreachable",
        boto.CredentialRetrievalError(provider="x", error_msg="x"): "no credentials",
        boto.ParamValidationError(report="x"): "not a name for a bucket",
        boto.UnknownServiceError(service_name="s4", known_service_names="s3"): "boto says UnknownServiceError",
    }
    assert {error: diagnose(error).reason for error in reasons} == reasons
    assert all(isinstance(error, ERRORS) for error in reasons)
    assert all(diagnose(error).mend for error in reasons)


def test_whoever_keeps_pictures_on_disk_never_loads_boto() -> None:
    """Importing the stores is quick."""
    program = (
        "import sys, storage.objects.disk, storage.objects.s3\n"
        "print([name for name in ('boto3', 'botocore', 'aioboto3', 'aiohttp') if name in sys.modules])"
    )
    done = subprocess.run(  # noqa: S603 - our own interpreter and our own words
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True, cwd=Path(__file__).parents[4]
    )
    assert done.stdout.strip() == "[]"


async def test_without_the_packages_one_sentence_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """At the start, and in the findings."""
    monkeypatch.setitem(sys.modules, "aioboto3", None)
    monkeypatch.delitem(sys.modules, "storage.objects.s3_bucket", raising=False)
    store = S3Objects(S3Address.parse("s3://bucket"))
    with pytest.raises(ConfigError, match=r"pip install easel\[s3\]"):
        await store.open()
    [finding] = await store.check()
    assert finding.health is Health.WRONG
    assert "pip install easel[s3]" in finding.mend
