"""A segment in words."""

from handlers.slack.elements import blocks
from handlers.words import Markup, Words
from storage.contacts.contacts import Segment

_LONGEST = 100  # characters shown of what comes from outside


def in_words(words: Words, segment: Segment) -> list[Markup]:
    """What narrows the segment, one short text each; none where nothing does."""
    found = []
    if segment.reason:
        found.append(words.md("filter-reason", reason=words(f"reason-{segment.reason}")))
    if segment.since:
        found.append(words.md("filter-since", date=words.day(segment.since)))
    if segment.campaign:
        found.append(words.md("filter-campaign", campaign=blocks.clamp(segment.campaign, _LONGEST)))
    if segment.domain:
        found.append(words.md("filter-domain", domain=blocks.clamp(segment.domain, _LONGEST)))
    if segment.text:
        found.append(words.md("filter-text", text=blocks.clamp(segment.text, _LONGEST)))
    if segment.worth_a_look:
        found.append(words.md("filter-worth-a-look"))
    if segment.ids is not None:
        found.append(words.md("filter-ticked", n=len(segment.ids)))
    return found
