"""A real Bolt app in the workspace: a command, a modal with an error, an update, a message with a button."""

from slack_bolt import Ack, App, Respond
from slack_sdk import WebClient

from tests.handlers.standins.conftest import actions, button, modal, section, typed
from tests.support.slack import NEWS, Json, Person, says, titled


def test_a_command_opens_a_modal_whose_error_stands_under_its_field_and_whose_end_is_a_message(
    app: App, olivia: Person
) -> None:
    @app.command("/cleaned-archive")
    def opened(ack: Ack, body: Json, client: WebClient) -> None:
        ack()
        client.views_open(
            trigger_id=body["trigger_id"], view=modal(typed(), callback_id="archive", private_metadata="7")
        )

    @app.view("archive")
    def submitted(ack: Ack, view: Json, body: Json, client: WebClient) -> None:
        word = view["state"]["values"]["word"]["typed"]["value"]
        if word != "ARCHIVE":
            ack(response_action="errors", errors={"word": "Type ARCHIVE."})
            return
        ack()
        client.chat_postMessage(channel=body["user"]["id"], text=f"Archived, plan {view['private_metadata']}")

    assert olivia.command("/cleaned-archive newsletter") == {"ok": True}
    olivia.wait_modal(titled("A modal"))
    assert olivia.submit(word="nonsense") == {"word": "Type ARCHIVE."}
    assert olivia.modal() is not None
    assert olivia.submit(word="ARCHIVE") == {}
    assert olivia.modal() is None
    olivia.wait_message("Archived, plan 7", channel=olivia.direct_messages())


def test_a_button_of_an_ephemeral_message_replaces_it(app: App, olivia: Person) -> None:
    @app.command("/cleaned")
    def counts(ack: Ack, respond: Respond) -> None:
        ack()
        respond(text="Counts", blocks=[section("Counts"), actions(button(value="7"))])

    @app.action("go")
    def pressed(ack: Ack, action: Json, respond: Respond) -> None:
        ack()
        respond(text=f"Pressed {action['value']}", replace_original=True)

    olivia.command("/cleaned")
    message = olivia.wait_message("Counts")
    assert message["ephemeral"]
    assert olivia.click("go", in_=message)["ok"]
    replaced = olivia.wait_message("Pressed 7")
    assert replaced["ts"] == message["ts"]
    assert not [one for one in olivia.messages(NEWS) if says("Counts")(one)]
