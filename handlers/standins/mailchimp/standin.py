"""A stand-in for Mailchimp's Marketing API, on 127.0.0.1, for tests and for `cleaned demo --mailchimp`.

with Standin() as mailchimp:
    audience = mailchimp.add_list("Trail news")
    mailchimp.fill(audience, 2_000, seed=1)
    httpx.get(f"{mailchimp.url}/lists", auth=("any", mailchimp.key))
"""

import asyncio
import secrets
import time
from collections.abc import Callable, Iterable
from typing import Any

from aiohttp import web

from handlers.standins.mailchimp import population, user_actions
from handlers.standins.mailchimp.account import AccountState, ListState, RecordedRequest, StoredMergeField
from handlers.standins.mailchimp.api.marketing_api import MarketingApi
from handlers.standins.mailchimp.api.webhooks import WebhookDelivery, Webhooks
from handlers.standins.mailchimp.faults import MailchimpFaults
from handlers.standins.mailchimp.members import StoredMember, hash_of
from handlers.standins.mailchimp.rules import Rules
from handlers.standins.server import HOST, StandinServer

NAMES = (StoredMergeField("FNAME", "First name"), StoredMergeField("LNAME", "Last name"))
YEAR = 365 * 86_400


class Standin(StandinServer):
    """A server with one account, running in its own thread.

    `port`: 0 for any free one; `rules` may be changed while it runs; `clock`: returns seconds since the epoch.
    `url`: base URL of the API, with `/3.0`; `key`: an API key with all rights, `read_only_key` with only those to
    read, `key_without_rights` with none; `token`: for Bearer authentication.
    """

    def __init__(
        self,
        port: int = 0,
        *,
        data_centre: str = "us6",
        rules: Rules | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        super().__init__("mailchimp")
        self.rules = rules or Rules()
        self._account = AccountState(clock, data_centre, self.rules)
        self._account.fire = self._fire
        self._webhooks = Webhooks(self._account)
        self._api = MarketingApi(self._account, self._webhooks)
        self._port = port

    @property
    def url(self) -> str:
        return self._account.url

    @property
    def key(self) -> str:
        return self._account.key

    @property
    def read_only_key(self) -> str:
        return self._account.read_only_key

    @property
    def key_without_rights(self) -> str:
        return self._account.key_without_rights

    @property
    def token(self) -> str:
        return self._account.token

    @property
    def account_id(self) -> str:
        return self._account.id

    @account_id.setter
    def account_id(self, value: str) -> None:
        self._account.id = value

    @property
    def faults(self) -> MailchimpFaults:
        return self._account.faults

    @property
    def requests(self) -> list[RecordedRequest]:
        """Every request so far, oldest first."""
        return list(self._account.requests)

    @property
    def permanent_deletions(self) -> list[str]:
        """Requests to delete for good, which the bot must never send."""
        return list(self._account.permanent_deletions)

    @property
    def deliveries(self) -> list[WebhookDelivery]:
        """Every attempt to deliver a webhook event."""
        return list(self._webhooks.deliveries)

    def add_list(
        self,
        name: str,
        *,
        double_optin: bool = False,
        merge_fields: Iterable[StoredMergeField] = NAMES,
        permissions: Iterable[str] = (),
        interests: Iterable[str] = (),
    ) -> str:
        """Adds an audience and returns its id.

        `permissions`: texts of the marketing permissions; `interests`: ids of groups.
        """
        account = self._account
        with account.lock:
            key = secrets.token_hex(5)
            audience = ListState(
                key, 100_000 + len(account.audiences), name, account.now - 4 * YEAR, double_optin
            )
            audience.merge_fields = tuple(merge_fields)
            audience.permissions = {secrets.token_hex(5): text for text in permissions}
            audience.interests = tuple(interests)
            account.audiences[key] = audience
            return key

    def remove_list(self, audience: str) -> None:
        """Deletes an audience, as its owner can in the web interface."""
        with self._account.lock:
            del self._account.audiences[audience]

    def fill(self, audience: str, count: int, seed: int = 0) -> None:
        """Adds members of every status, the same for the same seed, all changed before the clock's current time."""
        with self._account.lock:
            population.fill(self._account.audience(audience), count, seed, self._account.now)

    def put(self, audience: str, address: str, status: str = "subscribed", **changes: Any) -> None:
        """Adds or changes a member without firing an event; `changes`: other fields of `StoredMember`."""
        with self._account.lock:
            stored = self._account.audience(audience)
            stored.next_web_id += 1
            key = hash_of(address)
            blank = StoredMember(key, address, status, 0, stored.next_web_id, "{}")
            values = {"status": status, "changed": self._account.now, **changes}
            stored.members.put((stored.members.get(key) or blank)._replace(**values))

    def put_phone(self, audience: str, phone: str, status: str = "subscribed", **changes: Any) -> None:
        """Adds or changes a member that has a telephone number and no address; `changes` as of `put`."""
        with self._account.lock:
            stored = self._account.audience(audience)
            stored.next_web_id += 1
            key = hash_of(phone)
            blank = StoredMember(key, "", status, 0, stored.next_web_id, "{}", phone=phone)
            values = {"status": status, "changed": self._account.now, **changes}
            stored.members.put((stored.members.get(key) or blank)._replace(**values))

    def members(self, audience: str) -> list[StoredMember]:
        """All members in their current state, including archived ones."""
        with self._account.lock:
            return list(self._account.audience(audience).members)

    def member(self, audience: str, address: str) -> StoredMember | None:
        with self._account.lock:
            return self._account.audience(audience).members.get(hash_of(address))

    def campaigns(self, audience: str) -> list[str]:
        """Ids of the campaigns, oldest first."""
        with self._account.lock:
            campaigns = self._account.audience(audience).campaigns.values()
            return [campaign.id for campaign in sorted(campaigns, key=lambda campaign: campaign.sent)]

    def misreport(self, audience: str, **errors: int) -> None:
        """Makes the counts in `stats` wrong from now on: adds `errors`, by status. Real counts lag too."""
        self._account.audience(audience).count_errors = errors

    def miscount(self, audience: str, error: int) -> None:
        """Makes `total_items` of members wrong from now on."""
        self._account.audience(audience).total_error = error

    def clean(self, audience: str, address: str, reason: str = "hard", campaign: str | None = None) -> None:
        """Marks a member as cleaned. `reason`: "hard" or "abuse"; `campaign`: default, the last one."""
        self._perform(user_actions.clean, audience, address, reason, campaign)

    def bounce_softly(self, audience: str, address: str, campaign: str | None = None) -> None:
        self._perform(user_actions.bounce_softly, audience, address, campaign)

    def unsubscribe(self, audience: str, address: str, reason: str = "") -> None:
        """Unsubscribes a member at their own request: the API can't subscribe them again."""
        self._perform(user_actions.unsubscribe, audience, address, reason)

    def subscribe(self, audience: str, address: str, **merge_fields: str) -> None:
        """Subscribes an address through the signup form or the double opt-in link."""
        self._perform(user_actions.subscribe, audience, address, merge_fields)

    def change_profile(self, audience: str, address: str, **merge_fields: str) -> None:
        self._perform(user_actions.change_profile, audience, address, merge_fields)

    def change_address(self, audience: str, old: str, new: str) -> None:
        self._perform(user_actions.change_address, audience, old, new)

    def archive(self, audience: str, address: str) -> None:
        """Archives a member in the web interface, which allows it in any status."""
        self._perform(user_actions.archive, audience, address)

    def hold_batches(self) -> None:
        """Suspends batch operations until `release_batches`."""
        self._loop.call_soon_threadsafe(self._api.batches.resumed.clear)

    def release_batches(self) -> None:
        """Resumes batch operations."""
        self._loop.call_soon_threadsafe(self._api.batches.resumed.set)

    def settle(self, seconds: float = 10.0) -> None:
        """Waits until no webhook delivery is pending. Raises TimeoutError."""
        asyncio.run_coroutine_threadsafe(self._webhooks.settle(), self._loop).result(seconds)

    def _perform(self, action: Callable[..., None], audience: str, *arguments: object) -> None:
        with self._account.lock:
            action(self._account, self._account.audience(audience), *arguments)

    def _fire(self, audience: ListState, event: str, source: str, data: dict[str, str]) -> None:
        if audience.webhooks:
            self._loop.call_soon_threadsafe(self._webhooks.send, audience, event, source, data)

    async def _serve(self) -> None:
        application = web.Application(client_max_size=64 << 20)
        application.router.add_get("/batch-results/{token}.tar.gz", self._api.batches.download)
        application.router.add_route("*", "/3.0{path:(/.*)?}", self._api.serve)
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=1)
        await self._runner.setup()
        await web.TCPSite(self._runner, HOST, self._port).start()
        self._account.url = f"http://{HOST}:{self._runner.addresses[0][1]}/3.0"

    async def _close(self) -> None:
        await self._webhooks.stop()
        await self._api.batches.stop()
        await self._runner.cleanup()
