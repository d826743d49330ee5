"""Slack's newer blocks, each with the older ones that are sent where a workspace refuses it."""

from collections.abc import Collection, Sequence
from enum import StrEnum

from handlers.slack.elements import blocks
from handlers.slack.elements.blocks import Block
from handlers.words import Markup, unescaped

ALERT = 200  # characters; slackapi/java-slack-sdk pull request 1624
TASK_TITLE = 256  # characters of a task of chat.appendStream; docs.slack.dev names no limit for the block


class TaskStatus(StrEnum):
    """docs.slack.dev/reference/block-kit/blocks/task-card-block."""

    PENDING = "pending"
    IN_PROGRESS = "in_progress"
    ERROR = "error"


class NewerBlock(Block):
    """A block that a workspace may refuse, and the blocks that say the same there."""

    def __init__(self, block: Block, older: Sequence[Block]) -> None:
        super().__init__(block)
        self.older = list(older)


def alert(text: Markup) -> Block:
    """A warning in a modal: Slack takes it nowhere else."""
    older = blocks.section(text)
    if len(text) > ALERT:
        return older
    return NewerBlock({"type": "alert", "level": "warning", "text": blocks.mrkdwn(text)}, [older])


def task_card(
    task_id: str, title: Markup, status: TaskStatus, older: Sequence[Block], details: str = ""
) -> Block:
    """Work in a message: Slack takes it nowhere else. The title and the details are shown without formatting."""
    card: Block = {
        "type": "task_card",
        "task_id": task_id,
        "title": blocks.clamp(_unmentioned(unescaped(title)), TASK_TITLE),
        "status": status,
    }
    if details:
        section = {"type": "rich_text_section", "elements": [{"type": "text", "text": details}]}
        card["details"] = {"type": "rich_text", "elements": [section]}
    return NewerBlock(card, older)


def _unmentioned(text: str) -> str:
    """The text, in which nothing is a mention even if Slack looks for some; a word joiner is neither seen nor heard."""
    return text.replace("<", f"<{blocks.WORD_JOINER}")


def kinds(rows: Sequence[Block]) -> set[str]:
    """The types of the newer blocks among these."""
    return {row["type"] for row in rows if isinstance(row, NewerBlock)}


def with_older(rows: Sequence[Block], instead_of: Collection[str]) -> list[Block]:
    """The blocks, with older ones instead of the newer ones of these types."""
    return [
        shown
        for row in rows
        for shown in (row.older if isinstance(row, NewerBlock) and row["type"] in instead_of else [row])
    ]


def all_older(rows: Sequence[Block]) -> list[Block]:
    """The blocks, without any newer one."""
    return with_older(rows, kinds(rows))
