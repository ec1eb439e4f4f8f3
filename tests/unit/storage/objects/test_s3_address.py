"""Asks what can be an S3 address, and that no secret shows in one."""

import pytest

from bot.errors import ConfigError
from storage.objects.s3 import S3Address


@pytest.mark.parametrize(
    ("url", "bucket", "prefix", "name"),
    [
        ("s3://bucket", "bucket", "", "a/b"),
        ("s3://bucket/", "bucket", "", "a/b"),
        ("s3://my-bucket.eu/pictures", "my-bucket.eu", "pictures", "pictures/a/b"),
        ("s3://bucket/Deep/er/", "bucket", "Deep/er", "Deep/er/a/b"),
    ],
)
def test_bucket_and_prefix_are_read(url: str, bucket: str, prefix: str, name: str) -> None:
    """Slashes at the ends mean nothing."""
    address = S3Address.parse(url)
    assert (address.bucket, address.prefix) == (bucket, prefix)
    assert address.name_of("a/b") == name
    assert str(address) == f"s3://{bucket}/{prefix}".rstrip("/")


@pytest.mark.parametrize(
    "url",
    [
        "",
        "bucket",
        "s3:bucket",
        "s3://",
        "s3:///prefix",
        "s3://b",
        "http://bucket/prefix",
        "s3://key:secret@bucket/prefix",
        "s3://bucket:9000/prefix",
        "s3://bucket/prefix?region=x",
        "s3://bucket/prefix#x",
        "s3://bucket/a//b",
        "s3://bucket/../b",
        "s3://bucket/ä",
        "s3://bucket/" + "x" * 501,
        "s3://[bucket/x",
    ],
)
def test_what_cannot_be_meant_is_one_sentence(url: str) -> None:
    """It says what an address looks like, and repeats nothing."""
    with pytest.raises(ConfigError, match="S3 address") as failure:
        S3Address.parse(url)
    assert failure.value.user_text.endswith(".")
    assert "secret" not in failure.value.user_text


@pytest.mark.parametrize(
    ("settings", "about"),
    [
        ({"region": ""}, "region"),
        ({"region": "eu central"}, "region"),
        ({"endpoint_url": "minio:9000"}, "endpoint"),
        ({"endpoint_url": "ftp://minio"}, "endpoint"),
        ({"endpoint_url": "http://"}, "endpoint"),
        ({"endpoint_url": "http://host:99999"}, "endpoint"),
        ({"endpoint_url": "http://host:0"}, "endpoint"),
        ({"endpoint_url": "http://me:secret@host"}, "endpoint"),
        ({"endpoint_url": "http://host/?x=1"}, "endpoint"),
        ({"public_url": "//host"}, "public"),
        ({"access_key": "a"}, "secret key"),
        ({"secret_key": "secret"}, "access key"),
        ({"access_key": "a", "secret_key": ""}, "missing"),
    ],
)
def test_a_setting_that_cannot_be_meant_is_named(settings: dict[str, str], about: str) -> None:
    """In one sentence, without the secret."""
    with pytest.raises(ConfigError, match=about) as failure:
        S3Address.parse("s3://bucket", **settings)  # type: ignore[arg-type]  # all of these settings are texts
    assert "me:secret" not in failure.value.user_text


def test_empty_settings_are_none() -> None:
    """As a configuration file gives them."""
    address = S3Address.parse("s3://bucket", endpoint_url="", public_url="", access_key="", secret_key="")
    assert address == S3Address(bucket="bucket")


def test_addresses_lose_the_slash_at_their_end() -> None:
    """Keys are put behind one."""
    address = S3Address.parse("s3://bucket", endpoint_url="http://host:9000/", public_url="https://pictures.example/all/")
    assert address.endpoint_url == "http://host:9000"
    assert address.public_url == "https://pictures.example/all"


def test_no_key_shows_in_an_address() -> None:
    """It may end up in a log."""
    address = S3Address.parse("s3://bucket", access_key="the-access-key", secret_key="the-secret-key")
    assert "the-" not in f"{address!r} {address}"


@pytest.mark.parametrize(
    ("url", "public_url", "base"),
    [
        ("s3://bucket/house", "", None),
        ("s3://bucket", "https://pictures.example", "https://pictures.example"),
        ("s3://bucket/house", "https://pictures.example/", "https://pictures.example/house"),
        ("s3://bucket/house", "https://pictures.example/house", "https://pictures.example/house"),
        ("s3://bucket/house", "https://pictures.example/greenhouse", "https://pictures.example/greenhouse/house"),
    ],
)
def test_public_addresses_go_through_the_prefix(url: str, public_url: str, base: str | None) -> None:
    """The public address is the bucket's; one that names the prefix already is taken as it is."""
    assert S3Address.parse(url, public_url=public_url).public_base == base
