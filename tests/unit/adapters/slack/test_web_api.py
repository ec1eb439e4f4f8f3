"""Asks which addresses may see a token."""

import pytest

from bot.adapters.slack.web_api import API, is_own_address


@pytest.mark.parametrize(
    ("url", "is_own"),
    [
        ("https://files.slack.com/files-pri/T1-F1/download/fox.png", True),
        ("https://slack.com/files-pri/T1-F1/fox.png", True),
        ("https://acme.enterprise.slack.com/files/fox.png", True),
        ("http://files.slack.com/files-pri/T1-F1/fox.png", False),
        ("https://files.slack.com@evil.example/fox.png", False),
        ("https://evil@files.slack.com/fox.png", False),
        ("https://evilslack.com/fox.png", False),
        ("https://slack.com.evil.example/fox.png", False),
        ("https://drive.example/fox.png", False),
        ("file:///etc/passwd", False),
        ("https://[files.slack.com/fox.png", False),
        ("", False),
    ],
)
def test_only_slacks_own_hosts_see_a_token(url: str, is_own: bool) -> None:
    """By https, whatever Slack says where a file is."""
    assert is_own_address(API, url) is is_own
    assert is_own_address("https://www.slack.com/api/", url) is is_own or url.startswith("https://slack.com/")


def test_an_api_elsewhere_has_its_files_at_the_same_place() -> None:
    """With port and all."""
    assert is_own_address("http://127.0.0.1:80/api/", "http://127.0.0.1:80/files-pri/F1")
    assert not is_own_address("http://127.0.0.1:80/api/", "http://127.0.0.1:81/files-pri/F1")
    assert not is_own_address("http://127.0.0.1:80/api/", "https://files.slack.com/files-pri/F1")
