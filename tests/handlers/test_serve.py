"""The bot stops when it is told to, whichever of its threads the system tells."""

import subprocess
import sys

TOLD = """
import signal
import threading
import time
from types import SimpleNamespace

from bot.settings import Settings
from handlers import serve

def tell():
    time.sleep(0.5)
    signal.pthread_kill(threading.get_ident(), signal.SIGTERM)
    time.sleep(60)

serve._start = lambda *_: (SimpleNamespace(database=None), SimpleNamespace())
threading.Thread(target=tell, daemon=True).start()
serve.run(Settings())
"""


def test_a_signal_that_another_thread_gets_stops_the_bot():
    """The main thread sleeps on; so it does where the signal comes just before its sleep."""
    done = subprocess.run([sys.executable, "-c", TOLD], timeout=20, check=False)
    assert done.returncode == 0
