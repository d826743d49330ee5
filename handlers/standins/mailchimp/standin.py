"""A stand-in for Mailchimp's Marketing API, on 127.0.0.1, for tests and for `cleaned demo --mailchimp`.

with Standin() as mailchimp:
    audience = mailchimp.add_list("Trail news")
    mailchimp.fill(audience, 2_000, seed=1)
    httpx.get(f"{mailchimp.url}/lists", auth=("any", mailchimp.key))
"""

import asyncio
import secrets
import threading
import time
from collections.abc import Callable, Coroutine, Iterable
from types import TracebackType
from typing import Any, Self

from aiohttp import web

from handlers.standins.mailchimp import population, user_actions
from handlers.standins.mailchimp.account import Account, Asked, ListState, MergeField
from handlers.standins.mailchimp.api.exchange import Exchange
from handlers.standins.mailchimp.api.webhooks import WebhookDelivery, Webhooks
from handlers.standins.mailchimp.faults import Faults
from handlers.standins.mailchimp.members import Member, hash_of
from handlers.standins.mailchimp.rules import Rules

HOST = "127.0.0.1"
NAMES = (MergeField("FNAME", "First name"), MergeField("LNAME", "Last name"))
YEAR = 365 * 86_400


class Standin:
    """One account. `port` 0 takes a free one; `rules` may be changed while it runs; `clock`: seconds since 1970.

    `url` is the API's base, with `/3.0`; `key` may do all, `key_of_reader` only read, `key_without_rights` nothing;
    `token` is for Bearer.
    """

    def __init__(
        self,
        port: int = 0,
        *,
        data_centre: str = "us6",
        rules: Rules | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.rules = rules or Rules()
        self._account = Account(clock, data_centre, self.rules)
        self._account.fire = self._fire
        self._webhooks = Webhooks(self._account)
        self._exchange = Exchange(self._account, self._webhooks)
        self._port = port
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="mailchimp", daemon=True)

    @property
    def url(self) -> str:
        return self._account.url

    @property
    def key(self) -> str:
        return self._account.key

    @property
    def key_of_reader(self) -> str:
        return self._account.key_of_reader

    @property
    def key_without_rights(self) -> str:
        return self._account.key_without_rights

    @property
    def token(self) -> str:
        return self._account.token

    @property
    def faults(self) -> Faults:
        return self._account.faults

    @property
    def requests(self) -> list[Asked]:
        """Every request so far, oldest first."""
        return list(self._account.requests)

    @property
    def failures(self) -> list[str]:
        """Requests that would delete for good."""
        return list(self._account.failures)

    @property
    def deliveries(self) -> list[WebhookDelivery]:
        """Every try to send a webhook."""
        return list(self._webhooks.deliveries)

    def start(self) -> Self:
        """Returns when it listens. Raises OSError when the port is taken."""
        self._thread.start()
        try:
            self._call(self._serve())
        except OSError:
            self._end()
            raise
        return self

    def stop(self) -> None:
        """Closes every connection and forgets what was still to be sent."""
        if self._thread.is_alive():
            self._call(self._close())
            self._end()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def add_list(
        self,
        name: str,
        *,
        double_optin: bool = False,
        merge_fields: Iterable[MergeField] = NAMES,
        permissions: Iterable[str] = (),
    ) -> str:
        """A new audience; returns its id. `permissions`: texts of the marketing permissions."""
        account = self._account
        with account.lock:
            key = secrets.token_hex(5)
            audience = ListState(
                key, 100_000 + len(account.audiences), name, account.now - 4 * YEAR, double_optin
            )
            audience.merge_fields = tuple(merge_fields)
            audience.permissions = {secrets.token_hex(5): text for text in permissions}
            account.audiences[key] = audience
            return key

    def fill(self, audience: str, count: int, seed: int = 0) -> None:
        """Adds contacts of every status, the same for the same seed; their times lie before the clock's now."""
        with self._account.lock:
            population.fill(self._account.audience(audience), count, seed, self._account.now)

    def put(self, audience: str, address: str, status: str = "subscribed", **changes: Any) -> None:
        """Adds a contact, or changes one, in silence; `changes`: any other part of a `Member`."""
        with self._account.lock:
            known = self._account.audience(audience)
            known.next_web_id += 1
            key = hash_of(address)
            blank = Member(key, address, status, 0, known.next_web_id, "{}")
            values = {"status": status, "changed": self._account.now, **changes}
            known.members.put((known.members.get(key) or blank)._replace(**values))

    def members(self, audience: str) -> list[Member]:
        """All contacts as they are now, the archived ones too."""
        with self._account.lock:
            return list(self._account.audience(audience).members)

    def member(self, audience: str, address: str) -> Member | None:
        with self._account.lock:
            return self._account.audience(audience).members.get(hash_of(address))

    def campaigns(self, audience: str) -> list[str]:
        """Ids, the oldest first."""
        with self._account.lock:
            campaigns = self._account.audience(audience).campaigns.values()
            return [campaign.id for campaign in sorted(campaigns, key=lambda campaign: campaign.sent)]

    def misreport(self, audience: str, **off: int) -> None:
        """`stats` are off by so many of a status from now on, as a count that lags behind is."""
        self._account.audience(audience).misreported = off

    def clean(self, audience: str, address: str, reason: str = "hard", campaign: str | None = None) -> None:
        """`reason`: "hard" or "abuse"; without a campaign it is the last one."""
        self._do(user_actions.clean, audience, address, reason, campaign)

    def bounce_softly(self, audience: str, address: str, campaign: str | None = None) -> None:
        self._do(user_actions.bounce_softly, audience, address, campaign)

    def unsubscribe(self, audience: str, address: str, reason: str = "") -> None:
        """By their own hand: the API can't subscribe them again."""
        self._do(user_actions.unsubscribe, audience, address, reason)

    def subscribe(self, audience: str, address: str, **merge_fields: str) -> None:
        """By the form, or the link in the mail that asks for consent."""
        self._do(user_actions.subscribe, audience, address, merge_fields)

    def change_profile(self, audience: str, address: str, **merge_fields: str) -> None:
        self._do(user_actions.change_profile, audience, address, merge_fields)

    def change_address(self, audience: str, old: str, new: str) -> None:
        self._do(user_actions.change_address, audience, old, new)

    def archive(self, audience: str, address: str) -> None:
        """In the web interface, which allows it."""
        self._do(user_actions.archive, audience, address)

    def hold_batches(self) -> None:
        """No operation of a batch is done until `release_batches`."""
        self._loop.call_soon_threadsafe(self._exchange.batches.going.clear)

    def release_batches(self) -> None:
        self._loop.call_soon_threadsafe(self._exchange.batches.going.set)

    def settle(self, seconds: float = 10.0) -> None:
        """Returns when no webhook is waiting to be sent. Raises TimeoutError."""
        asyncio.run_coroutine_threadsafe(self._webhooks.settle(), self._loop).result(seconds)

    def _do(self, doing: Callable[..., None], audience: str, *rest: object) -> None:
        with self._account.lock:
            doing(self._account, self._account.audience(audience), *rest)

    def _fire(self, audience: ListState, event: str, source: str, data: dict[str, str]) -> None:
        if audience.webhooks:
            self._loop.call_soon_threadsafe(self._webhooks.send, audience, event, source, data)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_forever()

    def _call(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout=30)

    def _end(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _serve(self) -> None:
        application = web.Application(client_max_size=64 << 20)
        application.router.add_get("/batch-results/{token}.tar.gz", self._exchange.batches.download)
        application.router.add_route("*", "/3.0{path:(/.*)?}", self._exchange.serve)
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=1)
        await self._runner.setup()
        await web.TCPSite(self._runner, HOST, self._port).start()
        self._account.url = f"http://{HOST}:{self._runner.addresses[0][1]}/3.0"

    async def _close(self) -> None:
        await self._webhooks.stop()
        await self._exchange.batches.stop()
        await self._runner.cleanup()
