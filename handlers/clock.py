"""APScheduler: what runs when."""

from apscheduler.schedulers.background import BackgroundScheduler

from handlers.parts import Parts


def start(_parts: Parts) -> BackgroundScheduler:
    scheduler = BackgroundScheduler()
    scheduler.start()
    return scheduler
