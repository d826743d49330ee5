"""The three-step upload, and who may fetch what."""

from pathlib import Path

import httpx
import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from handlers.standins.slack.server import Workspace
from tests.handlers.standins.conftest import Wire, modal, text
from tests.support.slack import NEWS, RANDOM, SAM, Person
from tests.support.slack_calls import refusal

CSV = b"Email Address\nfreddie@example.com\n"


def begun(client: WebClient, body: bytes = CSV, name: str = "été 2026.csv") -> tuple[str, httpx.Response]:
    """Steps 1 and 2: the file's id, and what the second said."""
    said = client.files_getUploadURLExternal(filename=name, length=len(CSV))
    return said["file_id"], httpx.post(said["upload_url"], content=body)


def test_a_file_goes_up_in_three_steps_and_comes_down_for_those_in_the_channel(
    workspace: Workspace, client: WebClient, olivia: Person
) -> None:
    file_id, sent = begun(client)
    assert sent.text == f"OK - {len(CSV)}"
    said = client.files_completeUploadExternal(
        files=[{"id": file_id, "title": "Cleaned"}], channel_id=NEWS, initial_comment="Here it is"
    )
    assert said["files"][0]["title"] == "Cleaned"
    assert said["files"][0]["shares"] == {}, "Slack answers before the file is shared"
    message = olivia.wait_message("Here it is")
    assert message["files"][0]["name"] == "été 2026.csv"
    assert message["files"][0]["mimetype"] == "text/csv"
    assert olivia.download(message["files"][0]) == CSV
    file = client.files_info(file=file_id)["file"]
    assert file["shares"]["public"][NEWS] == [{"ts": message["ts"]}]
    token = httpx.URL(workspace.address).params["token"]
    assert httpx.get(file["permalink"], params={"token": token}).content == CSV
    headers = {"Authorization": f"Bearer {workspace.bot_token}"}
    assert httpx.get(file["url_private_download"], headers=headers).content == CSV
    stranger = httpx.get(file["url_private_download"])
    assert stranger.headers["content-type"].startswith("text/html")


def test_the_sdks_own_upload_works_too(client: WebClient, olivia: Person) -> None:
    client.files_upload_v2(filename="a.csv", content=CSV, channel=NEWS)
    assert olivia.download(olivia.wait_message(lambda m: "files" in m)["files"][0]) == CSV


def test_a_file_in_direct_messages_is_not_for_others(
    workspace: Workspace, client: WebClient, olivia: Person
) -> None:
    file_id, _ = begun(client)
    where = olivia.direct_messages()
    client.files_completeUploadExternal(files=[{"id": file_id}], channel_id=where)
    file = olivia.wait_message(lambda m: "files" in m, channel=where)["files"][0]
    with Person(workspace, SAM) as sam, pytest.raises(httpx.HTTPStatusError, match="404"):
        sam.download(file)


def test_an_empty_file_is_refused_at_once(client: WebClient) -> None:
    said = refusal(client, "files.getUploadURLExternal", filename="a.csv", length=0)
    assert said["error"] == "missing_argument"


@pytest.mark.parametrize("body", [CSV + b"more", CSV[:-1], b""])
def test_other_bytes_than_announced_are_refused_and_leave_no_file(client: WebClient, body: bytes) -> None:
    file_id, sent = begun(client, body)
    assert sent.status_code == 400
    said = refusal(client, "files.completeUploadExternal", files=[{"id": file_id}])
    assert said["error"] == "file_not_found"


def test_an_upload_url_works_once_and_only_as_it_was_given(client: WebClient, workspace: Workspace) -> None:
    said = client.files_getUploadURLExternal(filename="a.csv", length=len(CSV))
    assert httpx.post(said["upload_url"], content=CSV).status_code == 200
    assert httpx.post(said["upload_url"], content=CSV).status_code == 404
    assert httpx.post(f"{workspace.url}/upload/v1/{said['file_id']}", content=CSV).status_code == 404


@pytest.mark.parametrize("channel", [RANDOM, "C0NOWHERE", "U0OLIVIA"])
def test_a_channel_without_the_bot_is_not_found_and_the_file_stays_to_be_completed(
    client: WebClient, channel: str
) -> None:
    file_id, _ = begun(client)
    said = refusal(client, "files.completeUploadExternal", files=[{"id": file_id}], channel_id=channel)
    assert said["error"] == "channel_not_found"
    assert refusal(client, "files.info", file=file_id)["error"] == "file_not_found"
    client.files_completeUploadExternal(files=[{"id": file_id}], channel_id=NEWS)
    with pytest.raises(SlackApiError, match="file_not_found"):
        client.files_completeUploadExternal(files=[{"id": file_id}], channel_id=NEWS)


def test_a_file_chosen_in_a_modal_reaches_the_bot_with_an_address_for_its_token(
    workspace: Workspace, client: WebClient, olivia: Person, wire: Wire, tmp_path: Path
) -> None:
    block = {
        "type": "input",
        "block_id": "file",
        "label": text("File"),
        "element": {"type": "file_input", "action_id": "chosen", "filetypes": ["csv"], "max_files": 1},
    }
    olivia.command("/cleaned-import")
    client.views_open(trigger_id=wire.last["trigger_id"], view=modal(block))
    (tmp_path / "liste.csv").write_bytes(CSV)
    assert olivia.submit() == {"file": "Please complete this required field."}
    assert olivia.submit(file=[olivia.upload(tmp_path / "liste.csv")]) == {}
    (file,) = wire.last["view"]["state"]["values"]["file"]["chosen"]["files"]
    assert (file["name"], file["size"], file["user"]) == ("liste.csv", len(CSV), olivia.user)
    headers = {"Authorization": f"Bearer {workspace.bot_token}"}
    assert httpx.get(file["url_private_download"], headers=headers).content == CSV
