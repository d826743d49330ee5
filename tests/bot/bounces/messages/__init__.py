"""Messages in the shapes that mail servers send, written for these tests, with what each of them means.

No message of anybody's is in here; names and addresses are invented, with real providers' domains where the provider
matters. `python -m tests.tools.messages_figures` prints how many are read right.
"""

from tests.bot.bounces.messages import complaints, ordinary, prose, recipients, reports
from tests.bot.bounces.messages.samples import Sample

ALL: tuple[Sample, ...] = (
    *reports.SAMPLES,
    *prose.SAMPLES,
    *recipients.SAMPLES,
    *complaints.SAMPLES,
    *ordinary.SAMPLES,
)

__all__ = ["ALL", "Sample"]
