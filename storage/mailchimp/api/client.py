"""A typed client of Mailchimp's Marketing API. No call here erases a contact.

Reference: https://mailchimp.com/developer/marketing/. Every method raises MailchimpError; its docstring names what
else. Idempotent requests are retried, others are not.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from copy import copy
from datetime import UTC, datetime
from types import TracebackType
from typing import Self, TypeVar
from urllib.parse import quote

import httpx

from storage.contacts.values import Status
from storage.mailchimp.api import batches, documents, fields, members, urls
from storage.mailchimp.api.batches import Operation, Result, audience_path, member_path
from storage.mailchimp.api.errors import (
    BadAnswer,
    BadKey,
    Forbidden,
    MethodRefused,
    NoContactApi,
    NotFound,
    Unavailable,
)
from storage.mailchimp.api.limiter import DEFAULT_CONNECTIONS
from storage.mailchimp.api.members import Member, MemberPage
from storage.mailchimp.api.transport import TRIES, ApiRequest, ConnectionPool, Timing, Transport, shared_pool
from storage.mailchimp.api.values import (
    EVENTS,
    ORIGINS,
    AbuseReportPage,
    Account,
    Batch,
    Bounce,
    Document,
    MergeField,
    MergeValue,
    RemoteAudience,
    Webhook,
    WebhookEvent,
    member_hash,
    status_name,
)

MAX_PAGE_SIZE = 1000

Params = Mapping[str, str | int]
Value = TypeVar("Value")


class Client:
    """A Mailchimp account, accessed by its key. Thread-safe."""

    def __init__(
        self,
        key: str,
        base_url: str | None = None,
        connections: int = DEFAULT_CONNECTIONS,
        *,
        tries: int = TRIES,
        transport: httpx.BaseTransport | None = None,
        timing: Timing | None = None,
    ) -> None:
        """Opens nothing. Raises BadKey or BadBase.

        `base_url`: of the API, with its version; by default that of the data centre in the key's suffix.
        `connections`: simultaneous calls, 10 at most, and fewer for a while after Mailchimp refused one. All clients of a
        process with the same key and base share them.
        `tries`: how often a call is sent at most; 1 where a person waits and can retry.
        `transport`, `timing`: replace the network and the clock in tests.
        """
        key = key.strip()
        centre = urls.data_centre(key)
        if not key or not (base_url or centre):
            raise BadKey
        self.centre = centre
        self._base = urls.base_url(base_url or f"https://{centre}.api.mailchimp.com/3.0")
        self._httpx_transport = transport
        pool = ConnectionPool(transport) if transport else shared_pool(key, str(self._base))
        pool.add_client()
        self._transport = Transport(key, self._base, centre, pool, connections, tries, timing or Timing())
        self._is_open = True

    def __repr__(self) -> str:
        return f"<Client of {self._base.host}>"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Closes the connections, unless another client uses them."""
        if self._is_open:
            self._is_open = False
            self._transport.pool.remove_client()

    def without_retries(self) -> "Client":
        """The same account, for calls that a person waits for. Shares this client's connections: don't close it."""
        client = copy(self)
        client._transport = self._transport.without_retries()  # noqa: SLF001  of the same class
        return client

    def patient(self) -> "Client":
        """The same account, for work that waits as long as Mailchimp has no connection free (429).

        Shares this client's connections: don't close it.
        """
        client = copy(self)
        client._transport = self._transport.patient()  # noqa: SLF001  of the same class
        return client

    def account(self) -> Account:
        """The account that the key belongs to. Cheap enough to test a key with."""
        names = "account_id,account_name,role,total_subscribers"
        return self._read(documents.account, ApiRequest("GET", "/", {"fields": names}))

    def audiences(self) -> tuple[RemoteAudience, ...]:
        """All audiences of the account, the oldest first."""
        params: Params = {"fields": fields.AUDIENCES, "sort_field": "date_created", "sort_dir": "ASC"}
        return self._all("/lists", "lists", documents.audience, params)

    def audience(self, audience_id: str) -> RemoteAudience:
        """Raises NotFound."""
        request = ApiRequest("GET", audience_path(audience_id), {"fields": fields.AUDIENCE})
        return self._read(documents.audience, request)

    def audience_link(self, web_id: int) -> str | None:
        """URL of an audience's contacts on Mailchimp's site; None if the key names no data centre."""
        return (
            f"https://{self.centre}.admin.mailchimp.com/lists/members/?id={web_id}" if self.centre else None
        )

    def merge_fields(self, audience_id: str) -> tuple[MergeField, ...]:
        """Merge fields of an audience, without the address."""
        path = f"{audience_path(audience_id)}/merge-fields"
        return self._all(path, "merge_fields", documents.merge_field, {"fields": fields.MERGE_FIELDS})

    def total(self, audience_id: str, status: Status) -> int:
        """How many contacts have a status. An audience's own counts don't include archived ones."""
        params: Params = {"status": status_name(status), "count": 1, "fields": "total_items"}
        path = f"{audience_path(audience_id)}/members"
        return self._read(
            lambda document: documents.get_number(document, "total_items"), ApiRequest("GET", path, params)
        )

    def members(
        self,
        audience_id: str,
        offset: int = 0,
        count: int = MAX_PAGE_SIZE,
        *,
        status: Status | None = None,
        changed_since: datetime | None = None,
    ) -> MemberPage:
        """One page of contacts, the least recently changed first; archived ones only by `status`.

        Offsets shift while contacts change, so pages should overlap. `changed_since` is rounded down to the second.
        """
        return self.page(members.page, audience_id, offset, count, status=status, changed_since=changed_since)

    def page(
        self,
        decode: Callable[[bytes], Value],
        audience_id: str,
        offset: int = 0,
        count: int = MAX_PAGE_SIZE,
        *,
        status: Status | None = None,
        changed_since: datetime | None = None,
    ) -> Value:
        """The same page, decoded by `decode`, whose ValueError becomes BadAnswer."""
        params: dict[str, str | int] = {
            "fields": fields.MEMBERS,
            "offset": offset,
            "count": count,
            "sort_field": "last_changed",
            "sort_dir": "ASC",
        }
        if status:
            params["status"] = status_name(status)
        if changed_since:
            params["since_last_changed"] = _utc_seconds(changed_since)
        body = self._transport.fetch(ApiRequest("GET", f"{audience_path(audience_id)}/members", params))
        try:
            return decode(body)
        except ValueError:
            raise BadAnswer(reason="GET") from None

    def member(self, audience_id: str, hash_: str) -> Member:
        """A contact, also an archived one. Raises NotFound."""
        request = ApiRequest("GET", member_path(audience_id, hash_), {"fields": fields.WHOLE_MEMBER})
        return self._read(members.member, request)

    def tags(self, audience_id: str, hash_: str) -> tuple[str, ...]:
        """All tags of a contact; a member holds the first 50. Raises NotFound."""
        path = f"{member_path(audience_id, hash_)}/tags"
        return self._all(
            path,
            "tags",
            lambda tag: documents.get_text(tag, "name"),
            {"fields": "tags.name,total_items"},
        )

    def bounces(self, audience_id: str, hash_: str, count: int = 100) -> tuple[Bounce, ...]:
        """Latest bounces of a contact, the newest first. Raises NotFound."""
        params: Params = {"activity_filters": "bounce", "fields": fields.BOUNCES, "count": count}
        path = f"{member_path(audience_id, hash_)}/activity-feed"
        return self._read(documents.bounces, ApiRequest("GET", path, params))

    def abuse_reports(self, audience_id: str, offset: int = 0, count: int = MAX_PAGE_SIZE) -> AbuseReportPage:
        """One page of abuse reports."""
        params: Params = {"fields": fields.ABUSE_REPORTS, "offset": offset, "count": count}
        path = f"{audience_path(audience_id)}/abuse-reports"
        return self._read(documents.abuse_reports, ApiRequest("GET", path, params))

    def archive(self, audience_id: str, hash_: str) -> None:
        """Archives a contact. Raises MethodRefused or NotFound, also if it is archived or deleted already.

        After a lost answer, a contact that is archived counts as success.
        """
        try:
            self._transport.send(ApiRequest("DELETE", member_path(audience_id, hash_)))
        except (MethodRefused, NotFound) as error:
            # An earlier try may have succeeded and its answer been lost.
            if error.tries == 1 or self.member(audience_id, hash_).status is not Status.ARCHIVED:
                raise

    def archive_by_contact(self, audience_id: str, hash_: str) -> None:
        """Archives a contact by the call of the Audiences API (beta), which may take contacts that `archive` refuses.

        Raises NoContactApi if the account has no such API, MethodRefused if the contact is not archived afterwards,
        NotFound if there is no such contact.
        """
        member = ApiRequest("GET", member_path(audience_id, hash_), {"fields": "contact_id"})
        contact_id = self._read(lambda document: documents.get_text(document, "contact_id"), member)
        if not contact_id.isalnum():
            raise NoContactApi
        path = ("", "audiences", quote(audience_id, safe=""), "contacts", contact_id, "actions", "archive")
        try:
            self._transport.send(ApiRequest("POST", "/".join(path)))
        except (NotFound, Forbidden):
            raise NoContactApi from None
        # What that API calls archived may still be a cleaned contact in the list.
        if self.member(audience_id, hash_).status is not Status.ARCHIVED:
            raise MethodRefused(status=204, title="Not Archived", instance="")

    def set_status(self, audience_id: str, hash_: str, address: str, status: Status) -> Member:
        """Sets the status of a contact. Raises NotFound, InComplianceState, InvalidResource; ValueError for archived."""
        method, body = batches.status_change(address, status)
        path = member_path(audience_id, hash_)
        return self._read(members.member, ApiRequest(method, path, batches.STATUS_PARAMS, body))

    def put_member(
        self,
        audience_id: str,
        address: str,
        *,
        status_if_new: Status,
        merge_fields: Mapping[str, MergeValue] | None = None,
        permissions: Mapping[str, bool] | None = None,
        interests: Collection[str] = (),
        language: str = "",
        vip: bool = False,
    ) -> Member:
        """Adds a contact, or updates it without changing its status.

        `permissions`: marketing permissions by id. `interests`: ids of groups to put it in. Empty values change nothing.
        An address that is not ASCII is sent in lower case: its hash is then the same, whichever letters Mailchimp takes
        for upper case. Raises InvalidResource with the invalid fields, MemberExists, InComplianceState, Forgotten.
        """
        if not address.isascii():
            address = address.lower()
        body: dict[str, object] = {"email_address": address, "status_if_new": status_name(status_if_new)}
        if merge_fields:
            body["merge_fields"] = dict(merge_fields)
        if permissions:
            body["marketing_permissions"] = [
                {"marketing_permission_id": id_, "enabled": enabled} for id_, enabled in permissions.items()
            ]
        if interests:
            body["interests"] = dict.fromkeys(interests, True)
        if language:
            body["language"] = language
        if vip:
            body["vip"] = True
        path = member_path(audience_id, member_hash(address))
        return self._read(members.member, ApiRequest("PUT", path, body=body))

    def add_tags(self, audience_id: str, hash_: str, tags: Sequence[str]) -> None:
        """Adds tags to a contact without triggering automations. Tags are created as needed. Raises NotFound."""
        active = [{"name": tag, "status": "active"} for tag in tags]
        path = f"{member_path(audience_id, hash_)}/tags"
        self._transport.send(ApiRequest("POST", path, body={"tags": active, "is_syncing": True}))

    def start_batch(self, operations: Sequence[Operation]) -> Batch:
        """Starts a batch. Not retried.

        After an error with `arrived`, the batch may have started: `batches_since` lists it with its `total`, and the
        operation ids in its results identify it.
        """
        body = {"operations": [operation.document() for operation in operations]}
        request = ApiRequest("POST", "/batches", body=body, is_idempotent=False)
        return self._read(documents.batch, request)

    def batch(self, batch_id: str) -> Batch:
        """Progress of a batch. Raises NotFound; Mailchimp keeps batches for seven days."""
        return self._read(documents.batch, ApiRequest("GET", _batch_path(batch_id)))

    def batches_since(self, time: datetime) -> tuple[Batch, ...]:
        """Batches submitted since then, by any client of the account. The listing names no operations."""
        all_batches = self._all("/batches", "batches", documents.batch, {"fields": fields.BATCHES})
        return tuple(batch for batch in all_batches if batch.submitted_at and batch.submitted_at >= time)

    def results(self, batch_id: str) -> Iterator[Result]:
        """The result of each operation of a finished batch, unordered. Raises Unavailable, BadAnswer.

        The archive is downloaded whole first, so that no connection is kept open for the caller.
        """
        url = self.batch(batch_id).results_url
        if not url:
            raise Unavailable("no results yet")
        with self._transport.retry(lambda: batches.download(url, self._httpx_transport)) as archive:
            yield from batches.results(archive)

    def webhooks(self, audience_id: str) -> tuple[Webhook, ...]:
        """Webhooks of an audience, without their secrets."""
        path = f"{audience_path(audience_id)}/webhooks"
        return self._read(
            lambda document: tuple(map(documents.webhook, documents.get_objects(document, "webhooks"))),
            ApiRequest("GET", path),
        )

    def add_webhook(self, audience_id: str, url: str, events: Sequence[WebhookEvent] = EVENTS) -> Webhook:
        """Adds a webhook; Mailchimp validates its URL by GET. Not retried: after an error, check `webhooks`.

        Only this answer holds the secret. Raises InvalidResource if the URL doesn't answer or is a webhook already.
        """
        body = {
            "url": url,
            "events": {event: event in events for event in EVENTS},
            "sources": dict.fromkeys(ORIGINS, True),
        }
        path = f"{audience_path(audience_id)}/webhooks"
        return self._read(documents.webhook, ApiRequest("POST", path, body=body, is_idempotent=False))

    def _read(self, read: Callable[[Document], Value], request: ApiRequest) -> Value:
        document = self._transport.send(request)
        try:
            return read(document)
        except ValueError:
            raise BadAnswer(reason=request.method) from None

    def _all(
        self,
        path: str,
        name: str,
        read: Callable[[Document], Value],
        params: Params,
    ) -> tuple[Value, ...]:
        """All items of a short collection, page by page."""
        items: list[Value] = []
        while True:
            request = ApiRequest("GET", path, {**params, "count": MAX_PAGE_SIZE, "offset": len(items)})
            page, total = self._read(
                lambda document: (
                    [read(row) for row in documents.get_objects(document, name)],
                    documents.get_number(document, "total_items"),
                ),
                request,
            )
            items += page
            if not page or len(items) >= total:
                return tuple(items)


def _batch_path(batch_id: str) -> str:
    if not batch_id.isalnum():
        raise ValueError
    return f"/batches/{batch_id}"


def _utc_seconds(time: datetime) -> str:
    return time.astimezone(UTC).replace(microsecond=0).isoformat()
