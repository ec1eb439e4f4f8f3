"""What boto's errors mean. Imported only once `easel[s3]` is known to be there."""

import re
from dataclasses import dataclass

import aiohttp
from botocore import exceptions as boto

from bot.errors import StorageFailed

STORE = "s3"

ERRORS = (boto.BotoCoreError, boto.ClientError, aiohttp.ClientError, OSError)
"""All that a call may raise when the store, the way to it, or the settings are not well; lateness is an OSError too."""


@dataclass(frozen=True, slots=True)
class S3Problem:
    """What is wrong with a store, in a few words that hold no secret, and how to mend it."""

    reason: str
    mend: str


class S3Failed(StorageFailed):
    """A call to the store failed; `problem` says what to do about it."""

    def __init__(self, problem: S3Problem, bucket: str) -> None:
        super().__init__(STORE, f"{problem.reason} (s3://{bucket})", mend=problem.mend)
        self.problem = problem


NO_SUCH_KEY = S3Problem("nothing under that key", "See in the log which picture it was.")
_WRONG_KEYS = S3Problem("wrong credentials", "Correct the S3 access key and secret key.")
_OLD_KEYS = S3Problem("credentials have expired", "Fetch new S3 credentials, or use keys that last.")
_NO_KEYS = S3Problem(
    "no credentials", "Set the S3 access key and secret key, or give this machine a role that may use the bucket."
)
_DENIED = S3Problem(
    "access denied",
    "Let these credentials do s3:PutObject, s3:GetObject and s3:DeleteObject under the prefix, and s3:ListBucket on the bucket.",
)
_NO_BUCKET = S3Problem("bucket missing", "Make the bucket, or correct its name and its region in the settings.")
_BAD_BUCKET = S3Problem("not a name for a bucket", "Correct the bucket's name in the S3 address.")
_SKEW = S3Problem("clock skew", "Set this machine's clock: it differs too much from the store's.")
_ELSEWHERE = S3Problem("wrong region", "Set the S3 region to the one the bucket is in.")
_FULL = S3Problem("store is full", "Make room in the store, or raise its quota.")
_OVERLOADED = S3Problem("store is overloaded", "Wait a little; if it lasts, ask whoever runs the store.")
_BROKEN = S3Problem(
    "the store broke down over it",
    "Wait a little; if it lasts, see whether the S3 endpoint is right, or ask whoever runs the store.",
)
"""Also what boto makes of a success that is not S3's: a web page, say."""

NOT_S3 = S3Problem("that is not an S3 store", "Correct the S3 endpoint: what answers there does not speak S3.")
_LATE = S3Problem("no answer in time", "See whether the store is well, and whether this machine may reach it.")
_UNTRUSTED = S3Problem("certificate not trusted", "Correct the S3 endpoint, or have this machine trust the store's certificate.")
_UNREACHABLE = S3Problem("unreachable", "Correct the S3 endpoint, or see whether the store is up and this machine may reach it.")

_BY_CODE = {
    "NoSuchKey": NO_SUCH_KEY,
    "InvalidAccessKeyId": _WRONG_KEYS,
    "SignatureDoesNotMatch": _WRONG_KEYS,
    "InvalidToken": _WRONG_KEYS,
    "ExpiredToken": _OLD_KEYS,
    "TokenRefreshRequired": _OLD_KEYS,
    "AccessDenied": _DENIED,
    "AllAccessDisabled": _DENIED,
    "403": _DENIED,
    "NoSuchBucket": _NO_BUCKET,
    "InvalidBucketName": _BAD_BUCKET,
    "RequestTimeTooSkewed": _SKEW,
    "AuthorizationHeaderMalformed": _ELSEWHERE,
    "PermanentRedirect": _ELSEWHERE,
    "IllegalLocationConstraintException": _ELSEWHERE,
    "QuotaExceeded": _FULL,
    "XMinioStorageFull": _FULL,
    "InsufficientStorage": _FULL,
    "507": _FULL,
    "SlowDown": _OVERLOADED,
    "ServiceUnavailable": _OVERLOADED,
    "InternalError": _BROKEN,
    "500": _BROKEN,
    "502": _OVERLOADED,
    "503": _OVERLOADED,
    "504": _OVERLOADED,
    "404": NOT_S3,
    "405": NOT_S3,
}

_BY_CLASS: tuple[tuple[type[Exception] | tuple[type[Exception], ...], S3Problem], ...] = (
    ((boto.NoCredentialsError, boto.PartialCredentialsError, boto.CredentialRetrievalError), _NO_KEYS),
    ((boto.ProfileNotFound, boto.ConfigParseError, boto.ConfigNotFound), _NO_KEYS),
    (boto.SSLError, _UNTRUSTED),
    ((boto.ReadTimeoutError, boto.ConnectTimeoutError, TimeoutError), _LATE),
    (boto.ParamValidationError, _BAD_BUCKET),
    ((boto.ConnectionError, boto.HTTPClientError, aiohttp.ClientError, OSError), _UNREACHABLE),
)
"""The first that fits counts."""

_CODE = re.compile(r"[A-Za-z0-9.]{1,60}")


def diagnose(error: Exception) -> S3Problem:
    """Return what one of `ERRORS` means, and how to mend it."""
    if isinstance(error, boto.ClientError):
        code = error.response.get("Error", {}).get("Code")
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode")
        return _diagnose_response(str(code), str(status))
    for classes, problem in _BY_CLASS:
        if isinstance(error, classes):
            return problem
    return S3Problem(f"boto says {type(error).__name__}", NOT_S3.mend)


def _diagnose_response(code: str, status: str) -> S3Problem:
    if code in _BY_CODE:
        return _BY_CODE[code]
    # A stranger's text goes into the log only when it looks like a code.
    if _CODE.fullmatch(code) and code != status:
        return S3Problem(f"it answered {code}", NOT_S3.mend)
    return _BY_CODE.get(status) or S3Problem(f"it answered {status}", NOT_S3.mend)
