"""Direct messages and mentions: answers what the words plainly ask for, and help otherwise.

Slack opens a modal only after a click, so a question for one is answered with its button. A mention is answered to the
person alone, as a command is.
"""

import re

from bot.audiences import audiences
from bot.bounces import evidence
from bot.contacts import counts
from handlers.slack.elements import questions
from handlers.slack.elements.questions import Question, Subject
from handlers.slack.features import home
from handlers.slack.features.contacts import counts as count_feature
from handlers.slack.listeners import EVERYONE, Listeners
from handlers.slack.request import Request
from handlers.slack.views import conversation as views

OF_AUDIENCE = (Subject.LIST, Subject.EXPORT, Subject.ARCHIVE, Subject.FIX)
OF_ALL = (Subject.RESTORE, Subject.IMPORT, Subject.DIGEST)


def register(listeners: Listeners) -> None:
    # Counts and the digest are for everyone. `_answer` checks the role for all else.
    listeners.event("message", direct_message, who=EVERYONE)
    listeners.event("app_mention", mention, who=EVERYONE)
    listeners.event("app_home_opened", opened, who=EVERYONE)
    listeners.action(re.compile(rf"{views.PROMPT}-\w+"), prompt, who=EVERYONE)


def direct_message(request: Request) -> None:
    """Leaves alone what isn't a person's new message: edits, other apps' messages and the bot's own."""
    event = request.payload
    if event.get("channel_type") == "im" and not event.get("bot_id") and event.get("subtype") in _WRITTEN:
        mention(request)


def mention(request: Request) -> None:
    """Answers people of the workspace only: a channel may be shared with others."""
    if not request.payload.get("bot_id") and request.context.people.is_of_workspace(request.person):
        _answer(request, questions.read(request.payload.get("text") or ""))


def prompt(request: Request) -> None:
    _answer(request, Question(Subject(request.value), ""))


def opened(request: Request) -> None:
    """Publishes the Home tab; greets whoever opens the messages and finds none."""
    if request.payload.get("tab") == "messages":
        _greet(request)
    else:
        home.show(request)


def _greet(request: Request) -> None:
    channel = request.payload["channel"]
    if not request.client.conversations_history(channel=channel, limit=1).get("messages"):
        request.tell(views.greeting(request.words, _example(request), is_operator=request.is_operator))


def _answer(request: Request, question: Question) -> None:
    subject, about = question.subject, question.about
    if subject is None and _is_audience(request, about):
        subject = Subject.COUNTS
    if subject not in _FOR_EVERYONE:
        request.require_operator()
    if subject is Subject.WHY or (subject in OF_AUDIENCE and "@" in about):
        request.answer(views.contacts(request.words, evidence.look_up(request.database, about)))
    elif subject in OF_AUDIENCE:
        _offer(request, subject, about)
    elif subject in OF_ALL:
        request.answer(views.offer_of_all(request.words, subject))
    elif subject is Subject.COUNTS or not (subject or about):
        count_feature.answer(request, about)
    else:
        request.answer(views.help_message(request.words, _example(request), is_operator=request.is_operator))


def _offer(request: Request, subject: Subject, name: str) -> None:
    """Offers what was asked for, of the audience of that name or of the one used last; or shows the audiences."""
    if name or not (audience := audiences.choose_or_last(request.database, "", request.user_id)):
        audience = count_feature.named(request, name)
    if audience:
        figures = counts.figures(request.database, audience, request.now, request.context.zone)
        request.answer(views.offer(request.words, figures, subject))


def _example(request: Request) -> str:
    """The name of an audience."""
    ordered = audiences.last_used_first(request.database, request.user_id)
    return ordered[0].name if ordered else "Newsletter"


def _is_audience(request: Request, name: str) -> bool:
    names = {audience.name.casefold() for audience in audiences.list_all(request.database)}
    return name.casefold() in names


_FOR_EVERYONE = {None, Subject.COUNTS, Subject.DIGEST, Subject.HELP}
_WRITTEN = (None, "file_share", "thread_broadcast")
