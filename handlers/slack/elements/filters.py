"""The filters of a segment in words."""

from collections.abc import Iterator

from handlers.slack.elements import blocks
from handlers.words import Markup, Words
from storage.contacts.contacts import Segment

_MAX_LENGTH = 100  # characters of a value


def in_words(words: Words, segment: Segment) -> list[Markup]:
    """Returns a short text for each filter of the segment."""
    texts = []
    if segment.reason:
        texts.append(words.md("filter-reason", reason=words(f"reason-{segment.reason}")))
    if segment.since and segment.since == segment.until:
        texts.append(words.md("filter-on", date=words.day(segment.since)))
    elif segment.since and segment.until:
        days = {"since": words.day(segment.since), "until": words.day(segment.until)}
        texts.append(words.md("filter-period", **days))
    elif segment.since:
        texts.append(words.md("filter-since", date=words.day(segment.since)))
    elif segment.until:
        texts.append(words.md("filter-until", date=words.day(segment.until)))
    if segment.campaign:
        texts.append(words.md("filter-campaign", campaign=blocks.clamp(segment.campaign, _MAX_LENGTH)))
    if segment.domain:
        texts.append(words.md("filter-domain", domain=blocks.clamp(segment.domain, _MAX_LENGTH)))
    if segment.text:
        texts.append(words.md("filter-text", text=blocks.clamp(segment.text, _MAX_LENGTH)))
    return [*texts, *_of_kinds(words, segment)]


def _of_kinds(words: Words, segment: Segment) -> Iterator[Markup]:
    if segment.worth_a_look is not None:
        yield words.md("filter-worth-a-look" if segment.worth_a_look else "filter-not-worth-a-look")
    if segment.reviewed:
        yield words.md("filter-reviewed")
    if segment.without is not None:
        yield words.md("filter-without-typos")
    if segment.likely_typos:
        yield words.md("filter-typos")
    elif segment.ids is not None:
        yield words.md("filter-ticked", n=len(segment.ids))
