"""Asks whether a test that needs a missing service is skipped here and fails where services are required."""

import pytest

from tests import conftest

REASON = "needs a bakery: there is none in this street"


@pytest.fixture
def node(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> pytest.Item:
    """Mark the running test as one that needs what is not there."""
    monkeypatch.setitem(conftest.SERVICES, "a bakery", lambda: "there is none in this street")
    node: pytest.Item = request.node
    node.add_marker(pytest.mark.needs("a bakery"))
    return node


@pytest.mark.parametrize("required", [None, "", "0"])
def test_a_missing_service_skips(node: pytest.Item, monkeypatch: pytest.MonkeyPatch, required: str | None) -> None:
    """With the reason, so that nobody takes it for a pass."""
    monkeypatch.delenv("EASEL_TEST_REQUIRE_SERVICES", raising=False)
    if required is not None:
        monkeypatch.setenv("EASEL_TEST_REQUIRE_SERVICES", required)
    with pytest.raises(pytest.skip.Exception, match=REASON):
        conftest.pytest_runtest_setup(node)


def test_a_missing_service_fails_where_services_are_required(node: pytest.Item, monkeypatch: pytest.MonkeyPatch) -> None:
    """CI has them all."""
    monkeypatch.setenv("EASEL_TEST_REQUIRE_SERVICES", "1")
    with pytest.raises(pytest.fail.Exception, match=REASON):
        conftest.pytest_runtest_setup(node)


def test_a_service_that_is_there_stops_nobody(node: pytest.Item, monkeypatch: pytest.MonkeyPatch) -> None:
    """The test goes on."""
    monkeypatch.setitem(conftest.SERVICES, "a bakery", lambda: None)
    assert conftest.why_missing(node) == []


def test_a_service_nobody_knows_is_a_slip_of_the_pen(node: pytest.Item, monkeypatch: pytest.MonkeyPatch) -> None:
    """It would be skipped for ever otherwise."""
    monkeypatch.delitem(conftest.SERVICES, "a bakery")
    with pytest.raises(pytest.fail.Exception, match="does not know"):
        conftest.pytest_runtest_setup(node)
