"""Answers of the shapes that Mailchimp gives, and a client that gets them."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field

import httpx

from storage.mailchimp.api.client import Client
from storage.mailchimp.api.transport import Timing

KEY = "0123456789abcdef0123456789abcdef-us3"
ADDRESS = "Ann@Example.com"
HASH = "257c57037d384ae37ea27a07e8a01665"  # md5 of ann@example.com
INSTANCE = "55d7a0cc-5cbf-9fb4-0053-76654b0d322f"

MEMBER = {
    "id": HASH,
    "email_address": ADDRESS,
    "unique_email_id": "e1",
    "web_id": 7,
    "status": "transactional",
    "merge_fields": {"FNAME": "Ann", "AGE": 41, "ADDRESS": {"city": "Bern"}},
    "ip_signup": "192.0.2.1",
    "timestamp_signup": "2026-01-02T03:04:05+00:00",
    "ip_opt": "",
    "timestamp_opt": "",
    "member_rating": 4,
    "last_changed": "2026-11-20T10:00:00+02:00",
    "location": {"latitude": 46.9, "longitude": 7.4, "gmtoff": 1, "dstoff": 2, "country_code": "CH"},
    "marketing_permissions": [{"marketing_permission_id": "p1", "text": "Email", "enabled": True}],
    "last_note": {"note": "met in Bern"},
    "tags_count": 1,
    "tags": [{"id": 1, "name": "vip"}],
}
BATCH = {
    "id": "b1",
    "status": "finished",
    "total_operations": 2,
    "finished_operations": 2,
    "errored_operations": 1,
    "submitted_at": "2026-11-24T09:00:00+00:00",
    "completed_at": "",
    "response_body_url": "https://results.example.com/b1.tar.gz?signature=s3cret",
}


def problem(status: int, title: str, detail: str = "Said by Mailchimp.", **more: object) -> httpx.Response:
    document = {"type": "https://mailchimp.com/", "title": title, "status": status, "detail": detail}
    return httpx.Response(
        status,
        content=json.dumps(document | {"instance": INSTANCE} | more),
        headers={"Content-Type": "application/problem+json; charset=utf-8"},
    )


@dataclass
class Clock:
    """Seconds that pass only while somebody pauses."""

    now: float = 0.0
    pauses: list[float] = field(default_factory=list)

    def pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.now += seconds

    def timing(self) -> Timing:
        """The longest pause each time."""
        return Timing(pause=self.pause, clock=lambda: self.now, jitter=lambda most: most)


Answer = httpx.Response | Exception


@dataclass
class Script:
    """Gives the next answer to each request, the last one for ever; keeps the requests."""

    answers: list[Answer]
    requests: list[httpx.Request] = field(default_factory=list)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


def client(answer: Callable[[httpx.Request], httpx.Response], clock: Clock | None = None) -> Client:
    return Client(KEY, transport=httpx.MockTransport(answer), timing=(clock or Clock()).timing())


def scripted(*answers: Answer, clock: Clock | None = None) -> tuple[Client, Script]:
    script = Script(list(answers))
    return client(script, clock), script
