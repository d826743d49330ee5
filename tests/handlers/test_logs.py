"""The log holds no address whoever writes it, one JSON object a line when asked, and the reference of the apology."""

import io
import json
import logging
import re
import threading
from concurrent.futures import Future

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers import logs
from handlers.slack.threads import SLOW_OF_ONE_PERSON, Caller, Threads

ADDRESSES = [
    "ann@example.com",
    "Ann.O'Hara+tag@mail.example.co.uk",
    "ann=example.org@bounces.example.com",
    "élodie@exämple.fr",
    "ann@xn--exmple-cua.com",
    '"ann o\'hara"@example.com',
    "ann@[192.0.2.1]",
    "ann@localhost",
    "ann%40example.com",
]
AROUND = ["{}", "<{}>", "mailto:{}?x=1", '{{"to": "{}"}}', "({}),", "RCPT TO:<{}> 550", "x={};y", "'{}'"]


def fail(message: str, cause: Exception | None = None) -> None:
    raise ValueError(message) from cause


@pytest.fixture
def log() -> tuple[logging.Logger, io.StringIO]:
    """A logger that writes JSON."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(logs.JsonFormatter())
    logger = logging.Logger("handlers.test")  # noqa: LOG001  of this test alone
    logger.addHandler(handler)
    return logger, written


@pytest.mark.parametrize("address", ADDRESSES)
def test_what_looks_like_an_address_is_left_out(address: str):
    for around in AROUND:
        text = logs.without_addresses(around.format(address))
        assert not re.search("ann|hara|lodie|ex.mple|localhost|192", text, re.IGNORECASE)
        assert "…" in text


@given(st.text(), st.from_regex(r"[a-z0-9._+-]{1,64}@[a-z0-9-]{1,63}\.[a-z]{2,6}", fullmatch=True), st.text())
def test_an_address_within_any_text_is_left_out(before: str, address: str, after: str):
    assert address not in logs.without_addresses(f"{before} {address} {after}")


def test_a_line_is_one_object_with_the_reference_and_without_what_an_exception_quotes(
    log: tuple[logging.Logger, io.StringIO],
):
    logger, written = log
    hidden = "ann@example.com and a secret"
    with logs.referenced("12ab") as reference:
        try:
            try:
                fail(hidden)
            except ValueError as error:
                fail("bob@example.com", error)
        except ValueError:
            logger.exception("two\nlines for %s", "ann@example.com")
    logger.warning("later")
    first, second = map(json.loads, written.getvalue().splitlines())
    assert first["message"] == "two\nlines for …"
    assert (first["level"], first["logger"], first["reference"]) == ("ERROR", "handlers.test", reference)
    assert first["error"].count("ValueError") >= 2
    assert "secret" not in written.getvalue()
    assert "reference" not in second
    assert second["at"].endswith("+00:00")


def test_a_line_for_people_quotes_no_exception_either():
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(logs.TextFormatter(logs.TEXT))
    logger = logging.Logger("slack_bolt")  # noqa: LOG001  of this test alone
    logger.addHandler(handler)
    hidden = "whatever the person typed"
    try:
        fail(hidden)
    except ValueError:
        logger.exception("a listener failed")
    assert "ValueError" in written.getvalue()
    assert hidden not in written.getvalue()


def test_the_reference_of_a_request_goes_with_it_into_every_thread_also_when_it_has_to_wait():
    threads = Threads()
    hold = threading.Event()
    found: list[Future[str]] = []
    given = []
    for n in range(3 * SLOW_OF_ONE_PERSON):
        with logs.referenced() as reference:
            given.append(reference)

            def look() -> str:
                hold.wait(10)
                return logs.reference()

            slow = n % 3
            found.append(threads.submit_slow(Caller("U1"), look) if slow else threads.submit(look))
    hold.set()
    assert [each.result(10) for each in found] == given
    threads.shutdown()
    assert logs.reference() not in given


def test_the_last_error_is_kept_without_its_text_and_counted():
    watch = logs._Watch()
    logger = logging.Logger("handlers.slack.jobs.long_work")  # noqa: LOG001  of this test alone
    logger.addHandler(watch)
    with logs.referenced("job1"):
        logger.warning("ann@example.com")
        seen = [watch.last]
        logger.error("ann@example.com")
    seen.append(watch.last)
    assert seen[0] is None
    assert seen[1]
    told = seen[1].to_json()
    assert (told["logger"], told["reference"]) == ("handlers.slack.jobs.long_work", "job1")
    assert set(told) == {"at", "logger", "reference"}


def test_a_thread_that_ends_by_a_fault_is_an_error_in_the_log(caplog: pytest.LogCaptureFixture):
    thread = threading.current_thread()
    error = ValueError("ann@example.com")
    logs._log_thread(threading.ExceptHookArgs((ValueError, error, None, thread)))
    assert f"The thread {thread.name} has ended: ValueError" in caplog.text
    assert "ann" not in caplog.text
