"""Are forms read as the HTTP clients that people use write them, and is what is no form refused?"""

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.adapters.shared.multipart import MultipartField, parse_multipart

FORM = "multipart/form-data; boundary=x"


@given(content=st.binary(max_size=200), text=st.text(max_size=50), filename=st.sampled_from(["a.png", "a b.png", "ä.png"]))
def test_what_a_client_sends_is_what_is_read(content: bytes, text: str, filename: str) -> None:
    """Bytes as they were, whatever they are."""
    sent = httpx2.Request("POST", "http://x/", data={"prompt": text}, files=[("image[]", (filename, content, "image/png"))] * 2)
    parts = parse_multipart(sent.read(), sent.headers["content-type"])
    assert [(one.name, one.content) for one in parts] == [
        ("prompt", text.encode("utf-8", "replace")),
        ("image[]", content),
        ("image[]", content),
    ]
    assert parts[0].filename is None
    assert parts[1].filename is not None


def test_a_form_without_parts_is_empty() -> None:
    """And what stands before the first part is passed over."""
    assert parse_multipart(b"--x--\r\n", FORM) == ()
    body = b'preamble\r\n--x\r\ncontent-disposition: form-data; name="n"\r\n\r\n2\r\n--x--'
    assert parse_multipart(body, 'multipart/form-data; boundary="x"') == (MultipartField("n", b"2"),)


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"", FORM),
        (b"--x\r\n", FORM),
        (b"--x\r\nContent-Disposition: form-data; name=n\r\n\r\n2", FORM),
        (b"--x junk\r\nContent-Disposition: form-data; name=n\r\n\r\n2\r\n--x--", FORM),
        (b"--x\r\nContent-Type: text/plain\r\n\r\n2\r\n--x--", FORM),
        (b"--x\r\nX: " + b"y" * 5000 + b"\r\n\r\n2\r\n--x--", FORM),
        (b"--x\r\nContent-Disposition: form-data; name=n\r\n\r\n2\r\n" * 65 + b"--x--", FORM),
        (b"--x--", "multipart/form-data"),
        (b"--x--", "multipart/mixed; boundary=x"),
        (b"--x--", f"multipart/form-data; boundary={'x' * 71}"),
        (b"{}", "application/json"),
        (b"{}", ""),
    ],
)
def test_what_is_no_form_is_refused(body: bytes, content_type: str) -> None:
    """It is not guessed what was meant."""
    with pytest.raises(ValueError, match=r".+"):
        parse_multipart(body, content_type)
