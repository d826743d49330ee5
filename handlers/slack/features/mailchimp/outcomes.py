"""The file with the outcome of each address at Mailchimp."""

from collections.abc import Iterator
from functools import partial

from slack_sdk import WebClient

from bot.archives.jobs import RemoteJob
from bot.jobs.files import SmallFile
from handlers.slack.jobs.uploads import Uploads
from handlers.slack.views.mailchimp import outcomes as views
from handlers.words import words
from storage.files.csv_files import csv_bytes
from storage.mailchimp.outgoing import AddressOutcome


def outcomes_file(client: WebClient, job: RemoteJob, outcomes: Iterator[AddressOutcome]) -> SmallFile:
    """The port of the same name in `bot.mailchimp.outbox.work`."""
    language_words = words(job.language)
    rows = csv_bytes(
        views.header(language_words), (views.row(language_words, outcome) for outcome in outcomes)
    )
    sender = Uploads(client, job.recipient, partial(views.comment, language_words))
    return SmallFile(views.file_name(language_words, job), rows, sender)
