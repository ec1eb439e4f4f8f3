"""What is read out of an image call's answer, well made or not."""

import pytest

from bot.providers.openai.image_response import ImageResponse, PictureSource, TokenUsage, parse_image_response, parse_json_object

GOOD_USAGE = {"input_tokens": 20, "input_tokens_details": {"image_tokens": 5, "text_tokens": 15}, "output_tokens": 1756}


@pytest.mark.parametrize("body", [b"", b"no", b"[1]", b'"text"', b"null", b'{"a": ', b"\xff\xfe{}", b"[" * 100_000])
def test_a_body_that_is_no_object_is_an_error_that_does_not_repeat_it(body: bytes) -> None:
    """Not JSON, another kind of JSON, or JSON made to make a reader fall over."""
    with pytest.raises(ValueError, match="JSON") as caught:
        parse_json_object(body)
    assert len(str(caught.value)) < 40


def test_pictures_are_base64_or_addresses_in_their_order() -> None:
    """Gateways mix them; a data URL is an address wherever it stands."""
    fields = {
        "data": [
            {"b64_json": "QUJD", "url": None},
            {"url": "/v1/images/1"},
            {"b64_json": "data:image/png;base64,QUJD"},
            {"b64_json": "", "url": "https://x/y"},
        ]
    }
    assert parse_image_response(fields).pictures == (
        PictureSource(base64="QUJD"),
        PictureSource(address="/v1/images/1"),
        PictureSource(address="data:image/png;base64,QUJD"),
        PictureSource(address="https://x/y"),
    )


def test_a_streams_last_event_is_its_own_picture() -> None:
    """It has no list."""
    fields = {"type": "image_generation.completed", "b64_json": "QUJD", "usage": GOOD_USAGE}
    assert parse_image_response(fields) == ImageResponse(
        (PictureSource(base64="QUJD"),), TokenUsage(text_in=15, image_in=5, out=1756)
    )


@pytest.mark.parametrize("data", [None, [], {}, "x", [None], [{}], [{"b64_json": 5, "url": 7}], ["QUJD"]])
def test_what_is_no_picture_is_left_out(data: object) -> None:
    """The caller counts what is left."""
    assert parse_image_response({"data": data}).pictures == ()


@pytest.mark.parametrize(
    "usage",
    [
        None,
        "much",
        {},
        {"prompt_tokens": 5, "completion_tokens": 9},
        {"input_tokens": 5, "output_tokens": 0},
        {"input_tokens": 5, "output_tokens": "9"},
        {"input_tokens": -5, "output_tokens": 9},
        {"input_tokens": None, "output_tokens": 9},
        {"input_tokens": True, "output_tokens": True},
    ],
)
def test_usage_that_cannot_be_believed_is_none(usage: object) -> None:
    """Then the cost is guessed, and says so."""
    assert parse_image_response({"data": [], "usage": usage}).usage is None


@pytest.mark.parametrize(
    ("details", "image_in"),
    [(None, 0), ({}, 0), ({"image_tokens": 5}, 5), ({"image_tokens": 99}, 20), ({"image_tokens": "5"}, 0)],
)
def test_input_tokens_are_text_unless_it_is_said_otherwise(details: object, image_in: int) -> None:
    """And the parts never come to more than the whole."""
    usage = parse_image_response(
        {"data": [], "usage": {"input_tokens": 20, "output_tokens": 9, "input_tokens_details": details}}
    ).usage
    assert usage == TokenUsage(text_in=20 - image_in, image_in=image_in, out=9)
