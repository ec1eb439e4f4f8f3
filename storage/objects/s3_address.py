"""Where an S3 store is, and who we are there."""

import re
from dataclasses import dataclass, field
from urllib.parse import SplitResult, urlsplit

from bot.errors import ConfigError
from storage.objects.object_keys import is_key

_BUCKET = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{1,61}[A-Za-z0-9]")
_REGION = re.compile(r"[A-Za-z0-9-]{1,64}")
_LONGEST_PREFIX = 500
"""Characters: S3 takes 1024 in all, and a key has up to 512."""


@dataclass(frozen=True, slots=True, kw_only=True)
class S3Address:
    """A bucket, and the folder in it that is ours.

    `prefix` has no `/` at its ends and may be empty. Without `endpoint_url`
    it is Amazon's; `path_style` puts the bucket into the path, as most
    compatible stores want it. `public_url` is where everybody can fetch what
    is in the bucket; one that ends with the prefix is taken as it is. With
    `redirects` off, nobody is sent to the store: whoever has its bytes serves
    them. Without keys, boto looks for some (its files, its
    environment, the machine's role).
    """

    bucket: str
    prefix: str = ""
    region: str = "us-east-1"
    endpoint_url: str | None = None
    path_style: bool = False
    public_url: str | None = None
    redirects: bool = True
    access_key: str | None = field(default=None, repr=False)
    secret_key: str | None = field(default=None, repr=False)

    @classmethod
    def parse(
        cls,
        url: str,
        *,
        region: str = "us-east-1",
        endpoint_url: str | None = None,
        path_style: bool = False,
        public_url: str | None = None,
        redirects: bool = True,
        access_key: str | None = None,
        secret_key: str | None = None,
    ) -> "S3Address":
        """Return the address of `s3://bucket/prefix`; empty texts count as not given.

        Raises:
            ConfigError: Something in it cannot be meant; no key is repeated.
        """
        bucket, prefix = _split(url)
        if _REGION.fullmatch(region) is None:
            raise ConfigError("The S3 region must be a name such as eu-central-1.")
        if bool(access_key) != bool(secret_key):
            raise ConfigError("S3 needs both an access key and a secret key, or neither of them; one is missing.")
        return cls(
            bucket=bucket,
            prefix=prefix,
            region=region,
            endpoint_url=_web_address(endpoint_url, "S3 endpoint"),
            path_style=path_style,
            public_url=_web_address(public_url, "public S3 address"),
            redirects=redirects,
            access_key=access_key or None,
            secret_key=secret_key or None,
        )

    @property
    def public_base(self) -> str | None:
        """Return what the public addresses of our keys begin with, without a slash at its end; None where there are none.

        A `public_url` that names the prefix already is taken as it is.
        """
        if not self.redirects:
            return None
        if self.public_url is None or not self.prefix or self.public_url.endswith(f"/{self.prefix}"):
            return self.public_url
        return f"{self.public_url}/{self.prefix}"

    def name_of(self, key: str) -> str:
        """Return the object's name in the bucket."""
        return f"{self.prefix}/{key}" if self.prefix else key

    def __str__(self) -> str:
        """Return `s3://bucket/prefix`, for people."""
        return f"s3://{self.bucket}/{self.prefix}".rstrip("/")


def _split(url: str) -> tuple[str, str]:
    parts = _parts(url)
    if parts is None or parts.scheme != "s3" or parts.query or parts.fragment or _BUCKET.fullmatch(parts.netloc) is None:
        raise ConfigError("The S3 address must look like s3://bucket/prefix, without keys or options in it.")
    prefix = parts.path.strip("/")
    if prefix and (len(prefix) > _LONGEST_PREFIX or not prefix.isascii() or not is_key(prefix.lower())):
        raise ConfigError("The prefix in the S3 address may only hold letters, digits and . _ - between its slashes.")
    return parts.netloc, prefix


def _web_address(url: str | None, name: str) -> str | None:
    if not url:
        return None
    parts = _parts(url)
    if parts is None or parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
        raise ConfigError(f"The {name} must look like https://host/path.")
    if "@" in parts.netloc:
        raise ConfigError(f"The {name} must not hold a user or a password; give the keys in their own settings.")
    return url.rstrip("/")


def _parts(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        is_open = parts.port != 0  # reading the port is what finds a bad one
    except ValueError:
        return None
    return parts if is_open else None
