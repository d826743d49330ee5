"""An incident as operators are told of it: which cause, which domains, since when, what to look at; and its end."""

from collections.abc import Iterator

from bot.bounces.verdicts.notices import Incident
from handlers.slack.elements import blocks
from handlers.slack.elements.audiences import short_name
from handlers.slack.elements.blocks import Block, Message
from handlers.slack.elements.texts import isolated
from handlers.words import Markup, Words

MOST_NAMED = 5  # domains, audiences, block lists
_NAME, _SAID = 80, 300  # characters shown


def begun(words: Words, incident: Incident) -> Message:
    """The message about an incident, also while it grows and once it is over."""
    headline = words.md("incidents-headline", n=len(incident.domains), since=_since(words, incident))
    rows = [blocks.section(headline)]
    if incident.is_over:
        rows.append(blocks.section(words.md("incidents-is-over", until=_until(words, incident))))
    else:
        rows.append(blocks.section(Markup("\n".join(_causes(words, incident)))))
    rows += blocks.contexts(list(_facts(words, incident)))
    rows.append(blocks.context(words.md("incidents-nobody-cleaned")))
    return blocks.message(headline, [*rows, *_marked(words, incident)])


def over(words: Words, incident: Incident) -> Message:
    """The message that an incident is over."""
    headline = words.md("incidents-over", until=_until(words, incident))
    facts = words.md(
        "incidents-over-facts",
        n=incident.addresses,
        domains=len(incident.domains),
        since=_since(words, incident),
    )
    rows = [blocks.section(headline), blocks.context(facts)]
    return blocks.message(headline, [*rows, *_marked(words, incident)])


def _causes(words: Words, incident: Incident) -> Iterator[Markup]:
    """What the servers blame, and what to look at, of each cause."""
    for fault in incident.faults:
        yield words.md(f"incidents-cause-{fault}")
        if incident.lists and fault == "block-list":
            lists = Markup(", ".join(incident.lists[:MOST_NAMED]))
            yield words.md("incidents-look-lists", lists=lists)
        else:
            yield words.md(f"incidents-look-{fault}")


def _facts(words: Words, incident: Incident) -> Iterator[Markup]:
    named = [
        words.md("incidents-domain", domain=isolated(blocks.clamp_middle(domain, _NAME)), n=n)
        for domain, n in incident.domains[:MOST_NAMED]
    ]
    more = len(incident.domains) - len(named)
    domains = Markup(", ".join(named))
    yield words.md("incidents-domains", domains=domains, more=more)
    yield words.md("incidents-audiences", n=incident.addresses, audiences=_audiences(incident))
    if incident.said:
        domain, text = incident.said
        yield words.md(
            "incidents-said",
            domain=isolated(blocks.clamp_middle(domain, _NAME)),
            text=isolated(blocks.clamp(text, _SAID)),
        )


def _marked(words: Words, incident: Incident) -> Iterator[Block]:
    """How many were cleaned before, and where to see them."""
    if not incident.cleaned:
        return
    yield blocks.context(words.md("incidents-cleaned-before", n=incident.cleaned))
    audience_id, _ = incident.audiences[0]
    yield blocks.actions(
        [blocks.button(words("open-worth-a-look"), "open-worth-a-look", str(audience_id))], "incident"
    )


def _audiences(incident: Incident) -> Markup:
    names = dict.fromkeys(name for _, name in incident.audiences)
    shown = [isolated(short_name(name)) for name in list(names)[:MOST_NAMED]]
    return Markup(", ".join([*shown, *(["…"] if len(names) > MOST_NAMED else [])]))


def _since(words: Words, incident: Incident) -> Markup:
    return blocks.moment(incident.since, words)


def _until(words: Words, incident: Incident) -> Markup:
    return blocks.moment(incident.until, words)
