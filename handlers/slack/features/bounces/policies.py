"""The form of an audience's cleaning rules."""

from bot.audiences import audiences
from bot.audiences.audiences import BadSignupUrl
from bot.bounces.verdicts import saved_policies
from bot.bounces.verdicts.saved_policies import BadThreshold
from handlers.slack.elements.blocks import View
from handlers.slack.listeners import OPERATORS, Listeners
from handlers.slack.request import Request
from handlers.slack.views.bounces import policies as views


def register(listeners: Listeners) -> None:
    listeners.action(views.OPEN, show, who=OPERATORS)
    listeners.submission(views.SUBMIT, save, who=OPERATORS)


def show(request: Request) -> None:
    modal = request.open_modal("policies-title")
    audience = audiences.by_id(request.database, int(request.value))
    modal.show(views.form(request.words, audience, saved_policies.get(request.database, audience.id)))


def save(request: Request) -> View:
    audience = audiences.by_id(request.database, int(request.metadata))
    try:
        policy = saved_policies.parse(views.typed(request.inputs))
        saved_policies.save(
            request.database,
            audience.id,
            policy,
            by=request.user_id,
            now=request.now,
            signup_url=views.typed_url(request.inputs),
        )
    except BadThreshold as error:
        error.block_id = views.block_id(error.threshold)
        raise
    except BadSignupUrl as error:
        error.block_id = views.SIGNUP
        raise
    return views.receipt(request.words, audience, policy)
