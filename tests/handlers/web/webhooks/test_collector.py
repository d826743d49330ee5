"""Calls that come together are stored together; each is answered after the commit."""

import asyncio
from collections.abc import Coroutine, Sequence
from dataclasses import replace
from threading import Event
from typing import Any

import pytest

from bot.bounces.events import EventKind, MailEvent
from bot.bounces.intake import IntakeCounts
from bot.bounces.webhooks import WebhookPayload
from handlers.web.webhooks.collector import EVENTS_AT_ONCE, MOST_WAITING, MOST_WAITING_OF_ONE, Collector
from handlers.web.webhooks.requests import TemporarilyUnavailable
from storage.core.database import Unreachable
from tests.conftest import NOW

EVENT = MailEvent(address="ann@example.com", kind=EventKind.HARD, at=NOW, source="json", uid="1")
SECONDS = 10.0


class Store:
    """A database that writes when it is told to."""

    def __init__(self) -> None:
        self.batches: list[int] = []
        self.may_write = Event()
        self.error: Exception | None = None
        self.refused: WebhookPayload | None = None

    def __call__(self, payloads: Sequence[WebhookPayload]) -> list[IntakeCounts | None]:
        assert self.may_write.wait(SECONDS)
        self.batches.append(sum(len(payload.events) for payload in payloads))
        if self.error:
            raise self.error
        if self.refused in payloads:
            raise RuntimeError
        return [IntakeCounts(counted=len(payload.events)) for payload in payloads]


def payload(events: int = 1) -> WebhookPayload:
    return WebhookPayload((EVENT,) * events)


def run(work: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(work, SECONDS))


def test_what_comes_while_the_database_writes_is_written_in_one_go_and_no_larger_than_that():
    async def work() -> None:
        store = Store()
        collector = Collector(store)
        calls = [asyncio.create_task(collector.put(payload(), "json")) for _ in range(1 + EVENTS_AT_ONCE + 5)]
        await asyncio.sleep(0)
        assert not any(call.done() for call in calls)
        store.may_write.set()
        assert await asyncio.gather(*calls) == [IntakeCounts(counted=1)] * len(calls)
        assert store.batches == [EVENTS_AT_ONCE, 6]
        await collector.close()

    run(work())


def test_a_call_that_alone_is_larger_is_taken_alone():
    async def work() -> None:
        store = Store()
        store.may_write.set()
        collector = Collector(store)
        sizes = (1, EVENTS_AT_ONCE + 1, MOST_WAITING + 1)
        answers = [await collector.put(payload(size), "json") for size in sizes]
        assert answers == [IntakeCounts(counted=size) for size in sizes]
        await collector.close()

    run(work())


def test_when_too_much_waits_the_next_is_told_to_come_again():
    async def work() -> None:
        store = Store()
        collector = Collector(store)
        calls = [asyncio.create_task(collector.put(payload(MOST_WAITING), "json"))]
        await asyncio.sleep(0)
        with pytest.raises(TemporarilyUnavailable):
            await collector.put(payload(), "json")
        store.may_write.set()
        await asyncio.gather(*calls)
        assert await collector.put(payload(), "json") == IntakeCounts(counted=1)
        await collector.close()

    run(work())


def test_while_the_database_is_gone_all_fail_at_once_and_the_next_is_stored():
    async def work() -> None:
        store = Store()
        store.error = Unreachable()
        collector = Collector(store)
        calls = [asyncio.create_task(collector.put(payload(), "json")) for _ in range(3)]
        await asyncio.sleep(0)
        store.may_write.set()
        answers = await asyncio.gather(*calls, return_exceptions=True)
        assert [type(answer) for answer in answers] == [Unreachable] * 3
        assert store.batches == [3]
        store.error = None
        assert await collector.put(payload(), "json") == IntakeCounts(counted=1)
        await collector.close()

    run(work())


def test_what_cannot_be_stored_fails_alone():
    async def work() -> None:
        store = Store()
        store.refused = WebhookPayload((replace(EVENT, uid="bad"),))
        collector = Collector(store)
        payloads = [payload(), store.refused, payload()]
        calls = [asyncio.create_task(collector.put(each, "json")) for each in payloads]
        await asyncio.sleep(0)
        store.may_write.set()
        answers = await asyncio.gather(*calls, return_exceptions=True)
        assert [type(answer) for answer in answers] == [IntakeCounts, RuntimeError, IntakeCounts]
        await collector.close()

    run(work())


def test_where_several_fail_alone_the_others_are_not_tried():
    async def work() -> None:
        store = Store()
        store.error = RuntimeError()
        collector = Collector(store)
        calls = [asyncio.create_task(collector.put(payload(), "json")) for _ in range(50)]
        await asyncio.sleep(0)
        store.may_write.set()
        answers = await asyncio.gather(*calls, return_exceptions=True)
        assert [type(answer) for answer in answers] == [RuntimeError] * 50
        assert store.batches == [50, 1, 1]
        await collector.close()

    run(work())


def test_a_caller_who_is_gone_keeps_nobody_else_waiting():
    async def work() -> None:
        store = Store()
        collector = Collector(store)
        gone, stays = (asyncio.create_task(collector.put(payload(), "json")) for _ in range(2))
        await asyncio.sleep(0)
        gone.cancel()
        store.may_write.set()
        assert await stays == IntakeCounts(counted=1)
        assert store.batches == [2]
        await collector.close()

    run(work())


def test_closing_waits_for_what_is_being_written():
    async def work() -> None:
        store = Store()
        collector = Collector(store)
        call = asyncio.create_task(collector.put(payload(), "json"))
        await asyncio.sleep(0)
        closing = asyncio.create_task(collector.close())
        store.may_write.set()
        await closing
        assert await call == IntakeCounts(counted=1)

    run(work())


def test_of_what_may_wait_one_provider_has_a_part():
    async def work() -> None:
        store = Store()
        collector = Collector(store)
        calls = [asyncio.create_task(collector.put(payload(MOST_WAITING_OF_ONE), "json"))]
        await asyncio.sleep(0)
        with pytest.raises(TemporarilyUnavailable):
            await collector.put(payload(), "json")
        calls.append(asyncio.create_task(collector.put(payload(), "ses")))
        store.may_write.set()
        assert [counts.counted for counts in await asyncio.gather(*calls) if counts] == [
            MOST_WAITING_OF_ONE,
            1,
        ]
        await collector.close()

    run(work())
