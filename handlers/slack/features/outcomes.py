"""The file of what became of each address at Mailchimp, for the person who asked for the change."""

from collections.abc import Iterator

from slack_sdk import WebClient

from bot.archives.jobs import RemoteJob
from bot.core.files import SmallFile
from handlers.slack.uploads import Uploads
from handlers.slack.views.mailchimp import outcomes as views
from handlers.words import words
from storage.files.spreadsheets import csv_bytes
from storage.mailchimp.outgoing import AddressOutcome


def outcomes_file(client: WebClient, job: RemoteJob, outcomes: Iterator[AddressOutcome]) -> SmallFile:
    """The port of `bot.mailchimp.outbox.work`."""
    spoken = words(job.language)
    rows = csv_bytes(views.header(spoken), (views.row(spoken, outcome) for outcome in outcomes))
    sender = Uploads(client, job.recipient, views.comment(spoken))
    return SmallFile(views.file_name(spoken, job), rows, sender)
