"""All Web API methods that the stand-in has."""

from handlers.standins.slack.web_api import auth, chat, conversations, files, functions, people, views
from handlers.standins.slack.web_api.calls import MethodTable

METHODS: MethodTable = {
    **auth.METHODS,
    **chat.METHODS,
    **conversations.METHODS,
    **files.METHODS,
    **functions.METHODS,
    **people.METHODS,
    **views.METHODS,
}
