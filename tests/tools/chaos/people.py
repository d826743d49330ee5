"""What people do, at random, and what they are told of it."""

import csv
import re
import time
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import Enum
from functools import partial
from pathlib import Path
from random import Random
from threading import Condition
from typing import Any

from handlers.slack.views.archives import archives, restores
from handlers.slack.views.contacts import segment_filters, segments
from handlers.words import Words
from tests.support.slack import Json, Person, has_action
from tests.support.slack import words as words_of
from tests.tools.chaos import model
from tests.tools.chaos.model import AudienceModel, Effect, Work

NOT_BEGUN = "not begun"
LOOK_SECONDS = 0.2
MOST_CONTACTS = 500  # of an audience, about: an hour of imports must not make the works slow
FORM_SECONDS = 10.0  # until a form is there; after that its command is taken as lost
ANSWER_SECONDS = 20.0  # until a receipt is there; after that it is looked for at the checkpoint
DOMAINS = ("birch.com", "elm.net", "oak.org")
REFUSED_ROWS = ("nobody-at-example.com", "two words@example.com")
# Not `trouble-too-late`: that is about the window of an earlier click, and comes when Slack is slow no more. Nor
# `trouble-gone`: it says that nobody knows.
REFUSALS = ("error-plan-gone", "trouble-full", "trouble-busy")
# Nobody else works on the audience: an earlier delivery of the same click or form was taken.
TAKEN_BEFORE = ("error-already-done", "error-restore-done", "error-restore-under-way")
DIGITS = r"(\d[\d,.\u00a0\u202f]*)"
SOME_NUMBER = 22  # a plural in each language, and without separators


class Told(Enum):
    """What a person knows of a work: that it is done, that it will be, that it is refused, or nothing."""

    DONE, ACCEPTED, REFUSED, NOTHING = "done", "accepted", "refused", "no answer"


@dataclass(frozen=True)
class Answer:
    told: Told
    n: int | None = None
    message: Json | None = None
    said: str = ""


@dataclass(frozen=True)
class Sent:
    """A form or a click, so many times at once. `known`: the messages that were there before."""

    known: set[str]
    times: int
    errors: str = ""
    """Under the inputs, if that is all that was answered."""


class NotTold(Exception):
    """The person did not get as far as asking for a change."""


class Gate:
    """Lets everybody work, or waits until nobody does."""

    def __init__(self, workers: int) -> None:
        self._workers, self._waiting, self._is_open, self.is_over = workers, 0, True, False
        self._changed = Condition()

    def pass_(self) -> bool:
        """Waits while it is closed; False if the work is over."""
        with self._changed:
            self._waiting += 1
            self._changed.notify_all()
            self._changed.wait_for(lambda: self._is_open or self.is_over)
            self._waiting -= 1
            return not self.is_over

    def leave(self) -> None:
        with self._changed:
            self._workers -= 1
            self._changed.notify_all()

    def close(self) -> None:
        with self._changed:
            self._is_open = False
            self._changed.wait_for(lambda: self._waiting >= self._workers)

    def open(self, *, is_over: bool = False) -> None:
        with self._changed:
            self._is_open, self.is_over = True, is_over
            self._changed.notify_all()


@dataclass
class Tally:
    """Works by name and by what was told of them; `unexpected`: sentences that name a reference."""

    works: Counter[tuple[str, str]]
    unexpected: Counter[str]
    log: Callable[[str], None]


class Someone:
    """A person who works on one audience after the other."""

    def __init__(self, person: Person, said: Words, tally: Tally, random: Random, folder: Path) -> None:
        self.person, self.said, self.random, self.folder = person, said, random, folder
        self._tally = tally
        self._known: set[str] = set()
        self._n = 0

    @property
    def name(self) -> str:
        return self.person.user

    def work(self, audience: AudienceModel, partner: "Someone") -> None:
        """One work of any kind."""
        works: list[tuple[int, Callable[[AudienceModel], None]]] = [(3, self.count), (3, self.import_)]
        if audience.world.cleaned():
            together = partial(self.archive_together, partner)
            works += [(2, self.mistype), (4, self.archive), (4, self.from_list), (1, together)]
            works += [(4, self.export), (3, self.fix)]
        if any(audience.world.archives.values()):
            works += [(6, self.undo), (4, self.restore_some)]
        weights, doings = zip(*works, strict=True)
        doing: Callable[[AudienceModel], None] = self.random.choices(doings, weights)[0]
        try:
            doing(audience)
        except (NotTold, AssertionError) as error:
            name = getattr(doing, "__name__", "archive_together")
            self.note(name, NOT_BEGUN, f"{audience.name}: {str(error)[:700]}")
        finally:
            self.close()

    # Works

    def count(self, audience: AudienceModel) -> None:
        self.command("/cleaned", audience.name)
        n = self.wait(lambda: next(iter(self.numbers("counts-headline", audience)), None))
        if audience.shown(n) is None:
            audience.add(f"{n} cleaned were counted", Work(lambda _: None, certain=True))
        self.note("count", "told", audience.name)

    def mistype(self, audience: AudienceModel) -> None:
        """A wrong word: whatever is answered, nothing changes."""
        self.open("/cleaned-archive", audience, "archives-headline")
        self.submit(**{archives.WORD: self.random.choice(("ARCHIV", "yes", "RESTORE", "ARCHIVE it"))})
        self.note("mistype", "told", audience.name)

    def archive(self, audience: AudienceModel) -> None:
        n = self.open("/cleaned-archive", audience, "archives-headline")
        self._confirm_archive(audience, self._planned(audience, n))

    def from_list(self, audience: AudienceModel) -> None:
        """Archives or exports the ticked ones of a page, or all of a domain."""
        action, subject, confirm = self.random.choice(
            (
                (segments.ARCHIVE, "archives", self._confirm_archive),
                (segments.EXPORT, "exports", self._confirm_export),
            )
        )
        domain = self.random.choice(DOMAINS)
        self.open("/cleaned-list", audience, "segments-headline")
        if self.random.random() < 0.5:
            self.person.click(segments.FILTERS)
            self.wait_for_text(self.said("segments-back"))
            options = self.person.options(segment_filters.DOMAIN, domain[:3])["options"]
            self.require(bool(options), "no domains were offered")
            self.person.submit(**{segment_filters.DOMAIN: options[0]})
            total = len(audience.world.cleaned())
            self.wait(lambda: self.shown_number("segments-headline-found", audience, total=total))
            self.person.click(action)
            n = self.wait(lambda: self.shown_number(f"{subject}-headline", audience))
            confirm(audience, self._planned(audience, n, domain))
        else:
            rows = [row for row in self._blocks() if row["block_id"].startswith("row-")]
            ticked = [row["elements"][0]["options"][0]["text"]["text"] for row in rows]
            self.person.click(segments.TICK_PAGE)
            self.wait_for_text(self.said.md("segments-ticked", n=len(ticked)))
            if action == segments.ARCHIVE:
                self.person.submit()
            else:
                self.person.click(action)
            self.wait(lambda: self.shown_number(f"{subject}-headline", audience))
            confirm(audience, ticked)

    def archive_together(self, partner: "Someone", audience: AudienceModel) -> None:
        """Two people archive the same contacts at once."""
        both = (self, partner)
        try:
            headlines = [each.open("/cleaned-archive", audience, "archives-headline") for each in both]
            plans = [self._planned(audience, n) for n in headlines]
            answers = at_once([partial(each._ask_archive_or_not, audience) for each in both])
        finally:
            partner.close()
        works = []
        for each, plan, answer in zip(both, plans, answers, strict=True):
            each.note(
                "archive together", answer.told.value, f"{audience.name}: {answer.n} {answer.said[:300]!r}"
            )
            if answer.told is not Told.REFUSED:
                effect = model.archive(each.name, plan, each._archive_key(answer), answer.n)
                works.append(Work(effect, certain=answer.told is not Told.NOTHING))
        if any(answer.told in (Told.ACCEPTED, Told.NOTHING) for answer in answers):
            audience.is_settled = False
        audience.add(f"{[answer.n for answer in answers]} were archived together", *works)

    def undo(self, audience: AudienceModel) -> None:
        """From a receipt, or from the list of archives; sometimes by two clicks at once."""
        receipts = self._receipts(audience)
        if receipts and self.random.random() < 0.6:
            there, key = self.random.choice(receipts)
            click = partial(self.person.click, archives.UNDO, in_=there)
        else:
            self.command("/cleaned-restore")
            there = self.wait_for_text(self.said.md("restores-intro"))
            key, value = self._any_archive(there, audience)
            click = partial(self.person.click, archives.UNDO, in_=there, value=value)
        answer = self.ask([click] * self.random.choice((1, 1, 2)), "restores", audience)
        self.settle("undo", audience, answer, model.restore(self.name, key, None, answer.n))

    def restore_some(self, audience: AudienceModel) -> None:
        self.command("/cleaned-restore")
        view = self.wait_for_text(self.said.md("restores-intro"))
        key, value = self._any_archive(view, audience)
        self.person.click(restores.CONTACTS, in_=view, value=value)
        shown = self.wait_for_text(
            self.said.md("restores-members", n=len(audience.world.archives[key]), audience=audience.name)
        )
        block = next(block for block in shown["blocks"] if block["block_id"].startswith(restores.TICK))
        ticked = self.random.sample(block["element"]["options"], min(3, len(block["element"]["options"])))
        addresses = [option["text"]["text"] for option in ticked]
        answer = self.ask_by_form(
            "restores", audience, **{block["block_id"]: [option["value"] for option in ticked]}
        )
        self.settle("restore some", audience, answer, model.restore(self.name, key, addresses, answer.n))

    def export(self, audience: AudienceModel) -> None:
        n = self.open("/cleaned-export", audience, "exports-headline")
        self._confirm_export(audience, self._planned(audience, n))

    def import_(self, audience: AudienceModel) -> None:
        """Of new contacts while the audience is small; and once more of some that are there."""
        cleaned = sorted(audience.world.cleaned())
        known = self.random.sample(cleaned, min(len(cleaned), self.random.choice((0, 0, 3, 60))))
        is_small = len(audience.world.statuses) < MOST_CONTACTS
        addresses = self.new_addresses(self.random.randint(1, 150 if is_small else 2))
        path = write(
            self.folder / f"{self.name}-{self._n}.csv",
            [*addresses, *known],
            self.random.sample(REFUSED_ROWS, self.random.randint(0, 2)),
        )
        self.command("/cleaned-import", audience.name)
        self.wait_for_text(self.said.md("import-what"))
        file = self.person.upload(path)
        answer = self.ask_by_form("import", audience, **{"import-file": [file], "import-status": "cleaned"})
        self.settle(
            "import", audience, answer, model.import_(self.name, [*addresses, *known], answer.n, known)
        )

    def fix(self, audience: AudienceModel) -> None:
        """With consent or without; the sentence about the address that was added is the receipt."""
        old = self.random.choice(sorted(audience.world.cleaned()))
        new = f"{old.partition('@')[0]}.right{self._next()}@{self.random.choice(DOMAINS)}"
        self.command("/cleaned-fix", old)
        self.wait_for_text(self.said.md("corrections-cleaned", address=old, audience=audience.name))
        if self.random.random() < 0.3:
            self.submit(address=new)
            self.note("fix without consent", "told", audience.name)
            return
        sent = self.submit(address=new, consent=["permission"])
        sentence = str(self.said.md("corrections-added", address=new, audience=audience.name))
        answer = self._look(sent, lambda text: 1 if sentence in text else None, sentence)
        self.settle("fix", audience, answer, model.fix(self.name, new))

    # Steps of a work

    def settle(self, work: str, audience: AudienceModel, answer: Answer, effect: Effect) -> None:
        """Takes in what was told."""
        self.note(work, answer.told.value, f"{audience.name}: {answer.n} {answer.said[:300]!r}")
        if answer.told in (Told.ACCEPTED, Told.NOTHING):
            audience.is_settled = False
        if answer.told is not Told.REFUSED:
            sentence = f"{self.name} was told {answer.told.value} of {work}, {answer.n} contacts"
            audience.add(sentence, Work(effect, certain=answer.told is not Told.NOTHING))

    def command(self, command: str, text: str = "") -> None:
        self._begin()
        said = self.person.command(f"{command} {text}".strip())
        self.require(said["ok"], f"{command}: {said.get('error')}")

    def open(self, command: str, audience: AudienceModel, key: str) -> int:
        """The number in the headline of the form that the command opens."""
        self.command(command, audience.name)
        n: int = self.wait(lambda: self._headline(key, audience))
        return n

    def submit(self, **inputs: Any) -> Sent:
        """Sometimes twice at once."""
        view = self.person.modal() or {}
        self.require(bool(view), "the form is gone")
        self.person.fill(**inputs)
        values = {"values": self.person._values(view)}
        send = partial(self.person._post, "submit", view_id=view["id"], state=values)
        known, responses = self._begin(), at_once([send] * self.random.choice((1, 1, 1, 2)))
        errors = [" ".join(each.get("errors", {}).values()) for each in responses]
        return Sent(known, len(responses), " ".join(errors) if all(errors) else "")

    def ask_by_form(self, subject: str, audience: AudienceModel, **inputs: Any) -> Answer:
        """Submits the form, and reads what is told."""
        return self._read(self.submit(**inputs), subject, audience)

    def ask(self, doings: Sequence[Callable[[], Any]], subject: str, audience: AudienceModel) -> Answer:
        known = self._begin()
        at_once(doings)
        return self._read(Sent(known, len(doings)), subject, audience)

    def numbers(self, key: str, audience: AudienceModel) -> list[int]:
        """The numbers that new messages give in the sentence of that key."""
        texts = [words_of(m) for m in self.person.messages() if m["ts"] not in self._known]
        return [n for text in texts if (n := self.number(text, key, audience=audience.name)) is not None]

    def shown_number(self, key: str, audience: AudienceModel, **values: Any) -> int | None:
        text = words_of(self.person.modal() or {})
        return self.number(text, key, audience=audience.name, **values)

    def number(self, text: str, key: str, **values: Any) -> int | None:
        """The number of the sentence of that key in the text."""
        name = {"segments-headline": "total", "segments-headline-found": "found"}.get(key, "n")
        for n in (0, 1, SOME_NUMBER):
            some = re.escape(str(self.said.md(key, **{name: n}, **values)))
            pattern = some.replace(str(SOME_NUMBER), DIGITS) if n == SOME_NUMBER else rf"(?<!\d){some}"
            if match := re.search(pattern, text):
                return int(re.sub(r"\D", "", match[1])) if n == SOME_NUMBER else n
        return None

    def wait_for_text(self, text: object) -> Json:
        def look() -> Json | None:
            view = self.person.modal()
            return view if view and str(text) in words_of(view) else None

        shown: Json = self.wait(look)
        return shown

    def wait(self, look: Callable[[], Any], seconds: float = FORM_SECONDS) -> Any:
        """What `look` returns, once it is something. Raises NotTold."""
        until = time.monotonic() + seconds
        while (seen := look()) is None:
            if time.monotonic() > until:
                shown = " | ".join(words_of(self.person.modal() or {}).splitlines())
                raise NotTold(f"nothing came, the modal shows {shown[:600]!r}")
            time.sleep(LOOK_SECONDS)
        return seen

    def require(self, fact: bool, otherwise: str) -> None:
        if not fact:
            raise NotTold(otherwise)

    def note(self, work: str, told: str, more: str) -> None:
        self._tally.works[work, told] += 1
        self._tally.log(f"{self.name} {work}: {told}, {more}")

    def close(self) -> None:
        if self.person.modal():
            self.person.dismiss(everything=True)

    def new_addresses(self, n: int) -> list[str]:
        batch = f"{self.name.lower()}-{self._next()}"
        return [f"{batch}-{i}@{DOMAINS[i % len(DOMAINS)]}" for i in range(n)]

    # Internals

    def _next(self) -> int:
        self._n += 1
        return self._n

    def _begin(self) -> set[str]:
        self._known = {message["ts"] for message in self.person.messages()}
        return self._known

    def _headline(self, key: str, audience: AudienceModel) -> int | None:
        view = self.person.modal()
        is_final = view and not view.get("submit") and str(self.said.md("loading")) not in words_of(view)
        self.require(not is_final, "there is nothing to do")
        return self.shown_number(key, audience)

    def _planned(self, audience: AudienceModel, n: int, domain: str = "") -> Collection[str]:
        addresses = audience.shown(n, domain)
        if addresses is None:
            audience.add(f"{self.name} was shown {n} cleaned contacts", Work(lambda _: None, certain=True))
        self.require(addresses is not None, "the form shows another number")
        return addresses or ()

    def _confirm_archive(self, audience: AudienceModel, addresses: Collection[str]) -> None:
        answer = self._ask_archive(audience)
        effect = model.archive(self.name, addresses, self._archive_key(answer), answer.n)
        self.settle("archive", audience, answer, effect)

    def _confirm_export(self, audience: AudienceModel, addresses: Collection[str]) -> None:
        answer = self.ask_by_form("exports", audience)
        self.settle("export", audience, answer, model.export(self.name, addresses, answer.n))

    def _blocks(self) -> list[Json]:
        return list((self.person.modal() or {}).get("blocks", []))

    def _ask_archive(self, audience: AudienceModel) -> Answer:
        return self.ask_by_form("archives", audience, **{archives.WORD: self.said("archives-word")})

    def _ask_archive_or_not(self, audience: AudienceModel) -> Answer:
        """The form may be gone by now; the other person's work counts all the same."""
        try:
            return self._ask_archive(audience)
        except (NotTold, AssertionError) as error:
            return Answer(Told.REFUSED, said=str(error))

    def _archive_key(self, answer: Answer) -> str:
        """The archive's id, if the receipt tells it."""
        return _archive_id(answer.message) or f"{self.name} {time.monotonic()}"

    def _receipts(self, audience: AudienceModel) -> list[tuple[Json, str]]:
        """Those with an Undo button for an archive that is left, and the archive's id."""
        left = {key for key, members in audience.world.archives.items() if members}
        messages = filter(has_action(archives.UNDO), self.person.messages())
        return [(message, key) for message in messages if (key := _archive_id(message)) in left]

    def _any_archive(self, view: Json, audience: AudienceModel) -> tuple[str, str]:
        """The id of one of the audience's archives in the list, and the value of its buttons."""
        elements = [
            e
            for block in view["blocks"]
            for e in block.get("elements", [])
            if e.get("action_id") == archives.UNDO
        ]
        left = {key for key, members in audience.world.archives.items() if members}
        found = [(str(e["value"]).partition(":")[2], str(e["value"])) for e in elements]
        found = [pair for pair in found if pair[0] in left]
        self.require(bool(found), "no archive is left to undo")
        return self.random.choice(found)

    def _read(self, sent: Sent, subject: str, audience: AudienceModel) -> Answer:
        """The number in the receipt, or what the modal says."""
        waiting = str(self.said.md(f"{subject}-waiting", n=SOME_NUMBER, name="x.csv", audience=audience.name))
        return self._look(
            sent,
            lambda text: self.number(text, f"{subject}-done", audience=audience.name),
            waiting.split(maxsplit=1)[0] + " ",
        )

    def _look(self, sent: Sent, receipt: Callable[[str], int | None], accepted: str) -> Answer:
        """Looks until something is certain. `receipt`: the number that a receipt tells; `accepted`: how the modal begins."""
        was_taken = self._says_one_of(TAKEN_BEFORE, sent.errors)
        told, until = Told.ACCEPTED if was_taken else Told.NOTHING, time.monotonic() + ANSWER_SECONDS
        if sent.errors and not was_taken:
            return Answer(Told.REFUSED, said=sent.errors)
        while time.monotonic() < until:
            modal = words_of(self.person.modal() or {})
            messages = [m for m in self.person.messages() if m["ts"] not in sent.known]
            for message in messages:
                if (n := receipt(words_of(message))) is not None:
                    return Answer(Told.DONE, n, message)
            for text in (modal, *map(words_of, messages)):
                # Of two at once, the one that was refused says nothing about the other.
                if sent.times == 1 and self._says_one_of(REFUSALS, text):
                    return Answer(Told.REFUSED, said=text)
                if self._says_one_of(TAKEN_BEFORE, text):
                    told = Told.ACCEPTED
                self._look_for_fault(text)
            if any(line.startswith(accepted) for line in modal.splitlines()):
                told = Told.ACCEPTED
            time.sleep(LOOK_SECONDS)
        return Answer(told)

    def _says_one_of(self, keys: Sequence[str], text: str) -> bool:
        return any(str(self.said.md(key)) in text for key in keys)

    def _look_for_fault(self, text: str) -> None:
        beginning = str(self.said.md("error-unexpected", reference="|")).partition("|")[0]
        if beginning in text:
            reference = text.partition(beginning)[2].split()[0]
            self._tally.unexpected[reference] = 1


def _archive_id(message: Json | None) -> str:
    """The id that a receipt's buttons name; "" of another message."""
    elements = [e for block in (message or {}).get("blocks", []) for e in block.get("elements", [])]
    values = [str(e["value"]) for e in elements if e.get("action_id") in (archives.UNDO, archives.SHARE)]
    return values[0].partition(":")[2] if values else ""


def at_once(doings: Sequence[Callable[[], Any]]) -> list[Any]:
    with ThreadPoolExecutor(len(doings)) as pool:
        return [each.result() for each in [pool.submit(doing) for doing in doings]]


def write(path: Path, addresses: Collection[str], refused: Collection[str] = ()) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(["Email Address", "CLEAN_TIME"])
        rows.writerows([address, "2026-11-20 10:00:00"] for address in (*addresses, *refused))
    return path
