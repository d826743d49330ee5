"""What open modals show: the answer to the latest click, in whatever order the answers are ready or reach Slack.

A late redraw is left out without a word, as is one of a modal that shows something else by now. Slack guards against
it with the view's `hash`, which changes with each update and with the answer to a submission; of the answer's view the
hash is not told, so it is known by the `external_id` that the answer gave it (docs/decisions/0087).
"""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from threading import Event, Lock

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from handlers.slack.elements.blocks import Block, View
from handlers.slack.web_api.sdk_workarounds import error_code

MOST = 1_000  # modals that a workspace's process remembers
# Until Slack shows the answer to a submission, a view that is to replace it isn't found. Neither is a closed modal's.
LATE_SECONDS = (0.5, 1.0, 2.0)


@dataclass
class _Shown:
    """What a modal shows: the answer to the click made `at`. `replaced`: the hashes before the present one."""

    lock: Lock = field(default_factory=Lock)
    at: float = 0.0
    hash: str = ""
    replaced: set[str] = field(default_factory=set)


class Shown:
    """What the modals of a workspace show, as far as this process has sent it."""

    def __init__(self) -> None:
        self._modals: OrderedDict[str, _Shown] = OrderedDict()
        self._lock = Lock()

    def of(self, view_id: str) -> _Shown:
        with self._lock:
            shown = self._modals.setdefault(view_id, _Shown())
            self._modals.move_to_end(view_id)
            if len(self._modals) > MOST:
                self._modals.popitem(last=False)
            return shown

    def forget(self, view_id: str) -> None:
        """To be called when the answer to a submission replaces what the modal shows: its hash is not told."""
        with self._lock:
            self._modals.pop(view_id, None)


@dataclass(frozen=True)
class Modal:
    """An open modal, as it was when a person clicked in it, or as it was opened.

    `view`: as Slack sent it; of a modal that no click came from, its id alone. `at`: when the click was made, by Slack's
    clock; None if it doesn't tell, which is never too late. `next_id`: the `external_id` of what is shown next; once
    the modal `is_answered`, what it shows has that id. `top`: blocks above what is shown.
    """

    client: WebClient
    modals: Shown
    view: View = field(repr=False)  # it may hold addresses
    at: float | None = None
    next_id: str = ""
    is_answered: bool = False
    top: Sequence[Block] = field(default=(), repr=False)

    @property
    def id(self) -> str:
        return str(self.view["id"])

    def below(self, top: Sequence[Block]) -> "Modal":
        """The same modal with these blocks on top of what it shows."""
        return replace(self, top=top)

    def show(self, view: View) -> View | None:
        """Shows the view instead; returns it as Slack has it, or None if this comes too late."""
        view = view | {"blocks": [*self.top, *view["blocks"]]}
        if self.is_answered:
            return show_answer(self.client, self.next_id, view)
        clicked_id = str(self.view.get("external_id") or "")
        next_id = clicked_id if _is_same_form(self.view, view) else self.next_id
        view |= {"external_id": next_id} if next_id else {}
        shown = self.modals.of(self.id)
        with shown.lock:
            if self.at is not None and self.at < shown.at:
                return None
            try:
                answer: View | None = self._update(shown, view)
            except SlackApiError as error:
                if error_code(error) != "hash_conflict":
                    raise
                # A job or another process has drawn it anew meanwhile, unless it shows something else.
                shown.replaced.clear()
                answer = update_named(self.client, clicked_id, view) if clicked_id else None
            if answer is not None:
                shown.at = max(shown.at, self.at or 0.0)
                shown.hash = str(answer.get("hash") or "")
        return answer

    def _update(self, shown: _Shown, view: View) -> View:
        clicked = str(self.view.get("hash") or "")
        is_before = (
            not clicked or clicked in shown.replaced
        )  # what an earlier click has led to may be replaced
        expected = shown.hash if is_before else clicked
        guard = {"hash": expected} if expected else {}
        answer: View = self.client.views_update(view_id=self.id, view=view, **guard)["view"]
        shown.replaced = {*(shown.replaced if is_before else ()), clicked, expected} - {""}
        return answer


def update_named(client: WebClient, external_id: str, view: View) -> View | None:
    """Updates the view of that `external_id`, which it keeps if it gets no other; None if no modal shows it."""
    try:
        named = {"external_id": external_id}
        answer: View = client.views_update(external_id=external_id, view=named | view)["view"]
    except SlackApiError as error:
        if error_code(error) != "not_found":
            raise
        return None
    return answer


def show_answer(
    client: WebClient, external_id: str, view: View, waits: Sequence[float] = LATE_SECONDS
) -> View | None:
    """The same for the view that answers a submission, which Slack may not show yet."""
    for seconds in waits:
        if answer := update_named(client, external_id, view):
            return answer
        Event().wait(seconds)
    return update_named(client, external_id, view)


def _is_same_form(old: View, new: View) -> bool:
    """Whether both are the same form of the same plan or draft: its redraws keep the `external_id`."""
    keys = ("callback_id", "private_metadata")
    return bool(old.get("private_metadata")) and all(old.get(key) == new.get(key) for key in keys)
