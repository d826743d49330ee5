"""Redraws that are ready in another order than the clicks they answer: the latest click's is what the modal shows."""

from collections.abc import Iterator
from itertools import permutations

import pytest

from handlers.slack import manifest
from handlers.slack.elements import blocks
from handlers.slack.elements.blocks import View
from handlers.slack.web_api import modals
from handlers.slack.web_api.client import WorkspaceClient, new_id
from handlers.slack.web_api.modals import Modal, Shown
from handlers.standins.slack.server import Workspace
from handlers.words import Markup
from tests.support.slack import OLIVIA


@pytest.fixture(scope="module")
def workspace() -> Iterator[Workspace]:
    with Workspace(manifest.path()) as running:
        yield running


@pytest.fixture
def client(workspace: Workspace) -> WorkspaceClient:
    workspace.refused.clear()
    return WorkspaceClient(token=workspace.bot_token, base_url=workspace.api_url)


def form(title: str, plan: str = "") -> View:
    callback = "form" if plan else "none"
    return blocks.modal(title, [blocks.section(Markup("Text"))], callback_id=callback, metadata=plan)


def opened(workspace: Workspace, client: WorkspaceClient, view: View) -> View:
    trigger = workspace.state.new_trigger(OLIVIA, None, in_modal=False)
    answer: View = client.views_open(trigger_id=trigger, view=view)["view"]
    return answer


def shown(workspace: Workspace) -> str:
    [view] = workspace.state.views.values()
    return str(view.content["title"]["text"])


@pytest.mark.parametrize("order", list(permutations((1, 2, 3))))
def test_the_latest_of_three_clicks_is_what_is_shown(
    workspace: Workspace, client: WorkspaceClient, order: tuple[int, ...]
):
    known, view = Shown(), opened(workspace, client, form("Before"))
    for click in order:
        Modal(client, known, view, float(click), new_id(client)).show(form(f"Click {click}"))
    assert shown(workspace) == "Click 3"
    assert workspace.refused == []


def test_one_click_draws_several_times_until_a_later_one_does(workspace: Workspace, client: WorkspaceClient):
    known, view = Shown(), opened(workspace, client, form("Before"))
    first, second = (Modal(client, known, view, at) for at in (1.0, 2.0))
    assert first.show(form("Asking"))
    assert first.show(form("Answered"))
    assert second.show(form("Further on"))
    assert first.show(form("Late")) is None
    assert shown(workspace) == "Further on"


def test_a_click_in_what_a_redraw_shows_is_later_whatever_is_still_to_come(
    workspace: Workspace, client: WorkspaceClient
):
    known, view = Shown(), opened(workspace, client, form("Before"))
    redrawn = Modal(client, known, view, 1.0).show(form("Redrawn"))
    assert redrawn
    assert Modal(client, known, redrawn, 3.0).show(form("Form"))
    assert Modal(client, known, view, 2.0).show(form("Late")) is None
    assert shown(workspace) == "Form"


@pytest.mark.parametrize(("drawn", "last"), [("plan", "Newest"), ("", "Elsewhere")], ids=["same", "other"])
def test_of_two_processes_one_draws_the_same_form_anew_and_no_other(
    workspace: Workspace, client: WorkspaceClient, drawn: str, last: str
):
    """The one that draws last doesn't know of the other's redraw, and its click is the later one."""
    view = opened(workspace, client, form("Before", "plan"))
    Modal(client, Shown(), view, 1.0, new_id(client)).show(form("Elsewhere", drawn))
    Modal(client, Shown(), view, 2.0, new_id(client)).show(form("Newest", "plan"))
    assert shown(workspace) == last


def test_a_click_comes_before_the_progress_of_a_job_in_the_same_modal(
    workspace: Workspace, client: WorkspaceClient
):
    view = opened(workspace, client, form("Started"))
    id_ = view["external_id"]
    assert modals.update_named(client, id_, form("Half of it"))
    assert Modal(client, Shown(), view, 1.0, new_id(client)).show(form("Next form"))
    assert modals.update_named(client, id_, form("Receipt")) is None
    assert shown(workspace) == "Next form"


def test_a_modal_below_is_drawn_anew_though_an_answer_has_replaced_what_it_showed(
    workspace: Workspace, client: WorkspaceClient
):
    known, view = Shown(), opened(workspace, client, form("Filters"))
    assert Modal(client, known, view, 1.0, new_id(client)).show(form("Filters again"))
    client.views_update(view_id=view["id"], view=form("List"))  # the answer to the submission of it
    known.forget(view["id"])
    assert Modal(client, known, {"id": view["id"]}, 2.0).show(form("List anew"))
    assert shown(workspace) == "List anew"


def test_what_replaces_an_answer_waits_until_slack_shows_that(
    workspace: Workspace, client: WorkspaceClient, monkeypatch: pytest.MonkeyPatch
):
    view, id_ = opened(workspace, client, form("Submitted")), new_id(client)
    answer = form("Loading") | {"external_id": id_}
    waited: list[float] = []

    class Applied:
        """Slack shows the answer in the second wait."""

        def wait(self, seconds: float) -> None:
            waited.append(seconds)
            if len(waited) == 2:
                client.views_update(view_id=view["id"], view=answer)

    monkeypatch.setattr(modals, "Event", Applied)
    late = Modal(client, Shown(), view, next_id=id_, is_answered=True).show(form("Result"))
    assert late
    assert late["external_id"] == id_
    assert shown(workspace) == "Result"
