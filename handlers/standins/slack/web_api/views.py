"""`views.*`."""

from typing import Any

from handlers.standins.slack import views
from handlers.standins.slack.state import SlackError, StoredView
from handlers.standins.slack.web_api.calls import MethodCall, MethodTable
from handlers.standins.types import Json


def open_view(call: MethodCall) -> Json:
    trigger = call.state.use_trigger(call.required("trigger_id"))
    return _view_json(views.open_view(call.state, trigger, _sent_view(call)))


def push(call: MethodCall) -> Json:
    trigger = call.state.use_trigger(call.required("trigger_id"))
    if not trigger.in_modal:
        raise SlackError("not_found")
    return _view_json(views.push_view(call.state, trigger.user, _sent_view(call), trigger.channel))


def update(call: MethodCall) -> Json:
    view_id, external_id = call.optional("view_id"), call.optional("external_id")
    if not view_id and not external_id:
        raise SlackError("invalid_arguments", "[ERROR] missing required field: view_id or external_id")
    if view_id and external_id:  # slack-go issue 667
        raise SlackError("invalid_arguments", "[ERROR] Cannot provide both `view_id` and `external_id`")
    view = views.find_view(call.state, view_id, external_id)
    return _view_json(views.update_view(call.state, view, _sent_view(call), _expected_hash(call)))


def publish(call: MethodCall) -> Json:
    if not call.manifest.home_tab:
        raise SlackError("not_enabled")
    user = call.required("user_id")
    person = call.state.people.get(user)
    if person is None or person.is_bot or not person.belongs_to(call.state.team.id):
        raise SlackError("user_not_found")
    return _view_json(views.publish_home(call.state, user, _sent_view(call), _expected_hash(call)))


METHODS: MethodTable = {
    "views.open": ((), open_view),
    "views.push": ((), push),
    "views.update": ((), update),
    "views.publish": ((), publish),
}


def _sent_view(call: MethodCall) -> Any:
    if "view" not in call.arguments:
        raise SlackError("invalid_arguments", "[ERROR] missing required field: view")
    return call.arguments["view"]


def _expected_hash(call: MethodCall) -> str | None:
    """An empty one equals none (slack-go issue 1462)."""
    sent = call.arguments.get("hash")
    return None if sent is None else str(sent)


def _view_json(view: StoredView) -> Json:
    return {"view": view.content}
