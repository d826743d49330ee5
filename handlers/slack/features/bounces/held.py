"""Held verdicts: operators are asked in their direct messages, and one of them answers."""

from collections.abc import Iterator
from itertools import islice

from bot.audiences import audiences
from bot.bounces.verdicts import held
from bot.bounces.verdicts.held import CLEANING, QUESTION, CleaningJob, QuestionJob
from bot.jobs.jobs import AnyJob, Recipient
from handlers.slack.context import AppContext
from handlers.slack.elements.audiences import split_value
from handlers.slack.elements.blocks import Message
from handlers.slack.jobs.long_work import JobHandler
from handlers.slack.listeners import OPERATORS, Listeners
from handlers.slack.request import Request
from handlers.slack.views.bounces import held as views
from handlers.slack.views.bounces import reversals
from handlers.words import Words, words
from storage.core.database import Database

MOST_ASKED = 20  # people
PEOPLE_PER_PAGE = 200
MOST_PAGES = 25  # of the workspace's members, looked through for owners and admins


def register(listeners: Listeners) -> None:
    listeners.action(reversals.CLEAN, clean, who=OPERATORS)


def job_handlers(_context: AppContext) -> list[JobHandler]:
    """How questions and cleanings run and what their messages say."""
    return [
        JobHandler(QUESTION, work=held.work_question, title="reversals-title", message=_question),
        JobHandler(
            CLEANING,
            work=held.work,
            title="reversals-title",
            message=_message,
            after=lambda context, job: update_questions(context, job, job.task.batch),
        ),
    ]


def ask(context: AppContext) -> int:
    """Asks operators about verdicts that are held since the last time; returns how many questions there are."""
    if not held.are_unasked(context.database):
        return 0
    recipients = [Recipient(user, context.people.person(user).words.language) for user in operators(context)]
    if asked := held.ask(context.database, recipients, context.clock()):
        context.wake()
    return asked


def clean(request: Request) -> None:
    audience_id, batch_id = split_value(request.value)
    if request.is_in_modal:
        recipient = request.recipient(request.here)
    else:  # the job's message takes the question's place
        place = request.body["container"]
        recipient = Recipient(
            request.user_id, request.words.language, channel=place["channel_id"], ts=place["message_ts"]
        )
    job = held.clean(
        request.database, audience_id, batch_id, by=request.user_id, now=request.now, recipient=recipient
    )
    if request.is_in_modal:
        name = audiences.by_id(request.database, audience_id).name
        request.show(views.started(request.words, job, name))
    request.wake_worker()


def update_questions(context: AppContext, job: AnyJob, batch_id: str) -> None:
    """Shows in the questions about a batch that the job has answered them."""
    batch = held.batch_of(context.database, job.audience_id, batch_id)
    message_of_job = job.recipient.ts if job.recipient else None
    for question in held.questions(context.database, job.audience_id, batch_id):
        recipient = question.recipient
        if recipient and recipient.channel and recipient.ts and recipient.ts != message_of_job:
            message = views.question(words(recipient.language), batch)
            context.client.chat_update(channel=recipient.channel, ts=recipient.ts, **message)


def operators(context: AppContext) -> list[str]:
    """Those named in the settings, then owners and admins, MOST_ASKED in all."""
    named = (user for operator in context.people.operators for user in _members(context, operator))
    return list(islice(dict.fromkeys((*named, *_owners_and_admins(context))), MOST_ASKED))


def _question(database: Database, said: Words, job: QuestionJob) -> Message:
    return views.question(said, held.batch_of(database, job.audience_id, job.task.batch))


def _message(database: Database, said: Words, job: CleaningJob) -> Message:
    return views.message(said, job, audiences.by_id(database, job.audience_id).name)


def _members(context: AppContext, operator: str) -> list[str]:
    if not operator.startswith("S"):
        return [operator]
    users: list[str] = context.client.usergroups_users_list(usergroup=operator)["users"]
    return users


def _owners_and_admins(context: AppContext) -> Iterator[str]:
    cursor = ""
    for _ in range(MOST_PAGES):
        page = context.client.users_list(limit=PEOPLE_PER_PAGE, cursor=cursor)
        for user in page["members"]:
            is_active = not (user.get("deleted") or user.get("is_bot"))
            if is_active and (user.get("is_admin") or user.get("is_owner")):
                yield str(user["id"])
        cursor = (page.get("response_metadata") or {}).get("next_cursor") or ""
        if not cursor:
            break
