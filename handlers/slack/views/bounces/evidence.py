"""Why an address was cleaned: the line in the list, and the modal with the evidence."""

import re
from collections.abc import Iterator

from bot.bounces.diagnosis import diagnose, find_code
from bot.bounces.events import Cause, EventKind
from bot.bounces.evidence import (
    AddressLookup,
    EvidenceItem,
    Explanation,
    FoundContact,
    VerdictSummary,
)
from handlers.slack.elements import blocks
from handlers.slack.elements.audiences import short_name
from handlers.slack.elements.blocks import Block, View
from handlers.slack.elements.texts import capital, isolated
from handlers.slack.views.bounces import reversals
from handlers.words import Markup, Words, escaped
from storage.contacts.values import CleanReason, Status

OPEN = "open-why"  # value: audience id:contact id
# value of these: audience id:contact id
FIX, SHOW = "evidence-fix", "evidence-show"
ARCHIVE, RESTORE = "evidence-archive", "evidence-restore"
REVIEWED, NOT_REVIEWED = "evidence-reviewed", "evidence-not-reviewed"
_NAME, _DIAGNOSTIC = 80, 300  # characters shown
_SEARCHED, _FOUND = 20, 30  # audiences shown
_CODE = re.compile(r"([245])\.(\d{1,3})\.(\d{1,3})")
_IN_CODE = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "`": "%60"})


def code_in_words(words: Words, code: str) -> str:
    """What a status code of RFC 3463 means; for an unregistered one, what its subject or its class means."""
    if not (parts := _CODE.fullmatch(code)):
        return words("cause-unknown")
    status_class, subject, detail = parts.groups()
    keys = (f"code-{subject}-{detail}", f"code-{subject}", f"code-class-{status_class}")
    return words(next(key for key in keys if key in words))


def failure(words: Words, cause: Cause, code: str) -> Markup | None:
    """Why mail failed, with the code; None if that is not known."""
    why = _cause(words, cause, code)
    return words.md("evidence-because", why=why, code=code) if why and code else why


def _cause(words: Words, cause: Cause, code: str) -> Markup | None:
    """Why mail failed; None if that is not known. The cause read from the diagnostic text overrides the code."""
    if not code:
        return None if cause == Cause.UNKNOWN else words.md(f"cause-{cause}")
    is_consistent = cause in (Cause.UNKNOWN, diagnose(code, "")[1])
    return Markup(code_in_words(words, code) if is_consistent else words(f"cause-{cause}"))


def because(words: Words, reason: str, verdict: VerdictSummary | None, diagnostic: str) -> Markup:
    """The reason and the cause in a line: `Hard bounce · no such mailbox (5.1.1)`."""
    if verdict and reason == CleanReason.SOFT:
        reason_text = words("evidence-soft", days=verdict.counted)
    else:
        reason_text = words(f"reason-{reason}")
    facts = [Markup(capital(reason_text))]
    if reason != CleanReason.ABUSE and (why := _failure(words, verdict, diagnostic)):
        facts.append(why)
    return Markup(" · ".join(facts))


def in_brief(words: Words, reason: str, verdict: VerdictSummary | None, diagnostic: str) -> str:
    """The same as short plain text, without days and code: `Hard bounce · no such mailbox`."""
    text = capital(words(f"reason-{reason}"))
    if reason == CleanReason.ABUSE:
        return text
    cause, code = _cause_and_code(verdict, diagnostic)
    why = _cause(words, cause, code)
    return f"{text} · {why}" if why else text


def look(words: Words, verdict: VerdictSummary | None) -> Markup | None:
    """Why the contact is worth a look, if it is."""
    if verdict is None or verdict.weakness is None or verdict.review:
        return None
    return words.md("evidence-look", why=words(f"evidence-weak-{verdict.weakness}"))


def why(words: Words, explanation: Explanation, list_plan: str = "") -> View:
    """The modal: the verdict, what can be done, signs that the address works, the evidence.

    `list_plan` is the id of the list below, if there is one.
    """
    address = isolated(blocks.clamp_middle(explanation.address, 2 * blocks.OPTION))
    audience = isolated(short_name(explanation.audience.name))
    rows = [blocks.section(words.md("evidence-address", address=address, audience=audience))]
    if explanation.status != Status.CLEANED:
        rows.append(blocks.section(words.md("evidence-status", status=explanation.status)))
    rows.append(blocks.section(Markup("\n".join(_verdict(words, explanation)))))
    rows += _fixes(words, explanation)
    rows += _to_do(words, explanation)
    if signs := list(_signs_of_life(words, explanation)):
        rows.append(blocks.section(Markup("\n".join((words.md("evidence-for"), *signs)))))
    elif explanation.verdict and not explanation.verdict.weakness:
        rows.append(blocks.context(words.md("evidence-nothing-for")))
    rows += _evidence(words, explanation)
    if explanation.obstacle and explanation.status == Status.CLEANED:
        rows.append(blocks.context(words.md(f"reversals-not-{explanation.obstacle}")))
    if buttons := list(_buttons(words, explanation)):
        rows.append(blocks.actions(buttons, FIX))
    return blocks.modal(words("evidence-title"), rows, close=words("close"), metadata=list_plan)


def _fixes(words: Words, explanation: Explanation) -> Iterator[Block]:
    """What was added beside it, and why there is no Undo: the bot changes no contact that is subscribed."""
    for fix in explanation.fixes:
        address = isolated(blocks.clamp_middle(fix.address, 2 * blocks.OPTION))
        by, at = blocks.person(fix.by), blocks.moment(fix.at, words)
        yield blocks.section(words.md("evidence-fixed", address=address, who=by, date=at))
    if explanation.fixes:
        yield blocks.context(words.md("evidence-no-undo", source=explanation.audience.source))


def _to_do(words: Words, explanation: Explanation) -> Iterator[Block]:
    """What can be done with a contact that is worth a look, or who has reviewed it."""
    verdict = explanation.verdict
    if verdict is None or verdict.weakness is None or explanation.status != Status.CLEANED:
        return
    value = reversals.value(explanation.audience.id, explanation.contact_id)
    if review := verdict.review:
        by, at = blocks.person(review.by), blocks.moment(review.at, words)
        text = words.md("evidence-reviewed-by", who=by, date=at)
        yield blocks.section(
            text, accessory=blocks.button(words("evidence-not-reviewed"), NOT_REVIEWED, value)
        )
        return
    lines = [words.md("evidence-to-do")]
    if explanation.audience.signup_url:
        lines += [words.md("evidence-signup", url=_code(explanation.audience.signup_url))]
    else:
        lines += [words.md("evidence-no-signup", source=explanation.audience.source)]
    lines += [words.md("evidence-or-fix"), words.md("evidence-or-leave")]
    reviewed = blocks.button(words("evidence-reviewed"), REVIEWED, value)
    yield blocks.section(Markup("\n".join(lines)), accessory=reviewed)


def _code(url: str) -> Markup:
    """A URL to copy: Slack makes no link of it."""
    return Markup(f"`{url.translate(_IN_CODE)}`")


def not_found(words: Words, lookup: AddressLookup) -> View:
    """The modal if no audience has the address."""
    return blocks.modal(words("evidence-contact"), not_found_rows(words, lookup), close=words("close"))


def not_found_rows(words: Words, lookup: AddressLookup) -> list[Block]:
    """Says that no audience has the address, and which were searched."""
    names = [short_name(audience.name) for audience in lookup.searched[:_SEARCHED]]
    if more := len(lookup.searched) - len(names):
        names.append(words("evidence-searched-more", n=more))
    address = isolated(blocks.clamp_middle(lookup.address, 2 * blocks.OPTION))
    rows = [blocks.section(words.md("evidence-not-found", address=address))]
    if names:
        rows.append(blocks.context(words.md("evidence-searched", audiences=", ".join(names))))
    return rows


def which(words: Words, lookup: AddressLookup) -> View:
    """The modal that lists the audiences that have the address."""
    return blocks.modal(words("evidence-contact"), found_rows(words, lookup, SHOW), close=words("close"))


def found_rows(words: Words, lookup: AddressLookup, action_id: str) -> list[Block]:
    """A line for each contact with the address, with a button of that action id."""
    rows = []
    for contact in lookup.found[:_FOUND]:
        button = blocks.button(
            words("evidence-open"), action_id, reversals.value(contact.audience.id, contact.id)
        )
        rows.append(blocks.section(_found(words, contact), accessory=button if contact.reason else None))
    return rows


def never_cleaned(words: Words, contact: FoundContact) -> View:
    """The modal of a contact that was never cleaned."""
    rows = [blocks.section(_found(words, contact)), blocks.context(words.md("evidence-never-cleaned"))]
    return blocks.modal(words("evidence-contact"), rows, close=words("close"))


def _found(words: Words, contact: FoundContact) -> Markup:
    address = isolated(blocks.clamp_middle(contact.address, 2 * blocks.OPTION))
    audience = isolated(short_name(contact.audience.name))
    lines = [words.md("evidence-address", address=address, audience=audience)]
    lines.append(words.md("evidence-status", status=contact.status))
    if contact.reason:
        reason = words(f"reason-{contact.reason}")
        is_cleaned = contact.status == Status.CLEANED
        why = escaped(reason) if is_cleaned else words.md("evidence-was-cleaned", reason=reason)
        lines[1] = Markup(f"{lines[1]} · {why}")
    return Markup("\n".join(lines))


def _buttons(words: Words, explanation: Explanation) -> Iterator[Block]:
    audience_id = explanation.audience.id
    value = reversals.value(audience_id, explanation.contact_id)
    if explanation.status == Status.CLEANED:
        if explanation.reason != CleanReason.ABUSE:
            yield blocks.button(words("evidence-fix"), FIX, value)
        yield blocks.button(words("open-archive"), ARCHIVE, value)
    if explanation.archive:
        yield blocks.button(words("evidence-restore"), RESTORE, value)
    if explanation.obstacle is None:
        yield blocks.button(words("reversals-one"), reversals.CONTACT, value)
    batch = explanation.batch
    if batch and batch.n > 1 and not batch.is_reversed:
        text = words("reversals-whole-batch", n=batch.n)
        yield blocks.button(text, reversals.BATCH, reversals.value(audience_id, batch.id))


def _failure(words: Words, verdict: VerdictSummary | None, diagnostic: str) -> Markup | None:
    return failure(words, *_cause_and_code(verdict, diagnostic))


def _cause_and_code(verdict: VerdictSummary | None, diagnostic: str) -> tuple[Cause, str]:
    """Why mail failed; of an imported contact only its diagnostic text is known."""
    if verdict:
        return verdict.cause, verdict.code
    code = find_code(diagnostic)
    return (diagnose("", diagnostic)[1], code) if code else (Cause.UNKNOWN, "")


def _verdict(words: Words, explanation: Explanation) -> Iterator[Markup]:
    date = blocks.cleaned_on(explanation.cleaned_at, words)
    if explanation.verdict:
        days, needed = explanation.verdict.counted, explanation.verdict.needed
        yield words.md(f"evidence-by-{explanation.reason}", date=date, days=days, needed=needed)
    else:
        source = explanation.audience.source
        key = "evidence-by-import-since" if explanation.items else "evidence-by-import"
        yield words.md(key, source=source)
        reason = because(words, explanation.reason, None, explanation.diagnostic)
        yield words.md("evidence-imported", why=reason, date=date, source=source)
        if explanation.campaign:
            yield words.md("evidence-campaign", campaign=isolated(blocks.clamp(explanation.campaign, _NAME)))
        if explanation.diagnostic:
            diagnostic = isolated(blocks.clamp(explanation.diagnostic, _DIAGNOSTIC))
            yield words.md("evidence-said", diagnostic=diagnostic)
    if (
        explanation.verdict
        and explanation.reason != CleanReason.ABUSE
        and (why := _failure(words, explanation.verdict, ""))
    ):
        yield words.md("evidence-in-words", why=why)
    if worth_a_look := look(words, explanation.verdict):
        yield worth_a_look


def _signs_of_life(words: Words, explanation: Explanation) -> Iterator[Markup]:
    """What suggests that the address works."""
    if explanation.active_at:
        yield words.md("evidence-active", date=blocks.moment(explanation.active_at, words))
    if explanation.delivered_at:
        yield words.md("evidence-delivered", date=blocks.moment(explanation.delivered_at, words))
    if burst := explanation.burst:
        yield words.md(
            "evidence-outage",
            n=burst.addresses,
            domain=isolated(blocks.clamp(explanation.domain, _NAME)),
            since=blocks.moment(burst.since, words),
            until=blocks.moment(burst.until, words),
        )
    if incident := explanation.incident:
        yield words.md(
            "evidence-incident",
            n=incident.addresses,
            domains=incident.domains,
            since=blocks.moment(incident.since, words),
            until=blocks.moment(incident.until, words),
        )


def _evidence(words: Words, explanation: Explanation) -> Iterator[Block]:
    if not explanation.items:
        return
    yield blocks.divider()
    yield blocks.section(words.md("evidence-pieces", n=explanation.n_items))
    if explanation.dismissed_until:
        until = blocks.moment(explanation.dismissed_until, words)
        yield blocks.context(words.md("reversals-dismissed", date=until))
    for item in explanation.items:
        yield blocks.context(_item(words, item))
    if more := explanation.n_items - len(explanation.items):
        yield blocks.context(words.md("evidence-more", n=more))


def _item(words: Words, item: EvidenceItem) -> Markup:
    facts = [blocks.moment(item.at, words), words.md(f"evidence-kind-{item.kind}")]
    if item.kind != EventKind.COMPLAINT and (why := failure(words, item.cause, item.code)):
        facts.append(why)
    if item.campaign:
        campaign = isolated(blocks.clamp(item.campaign, _NAME))
        facts.append(words.md("evidence-after", campaign=campaign))
    facts.append(words.md("evidence-from", source=item.source))
    line = Markup(" · ".join(facts))
    if not item.diagnostic:
        return line
    return Markup(f"{line}\n{isolated(blocks.clamp(item.diagnostic, _DIAGNOSTIC))}")
