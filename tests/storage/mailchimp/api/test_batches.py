"""A batch's results are read to the end, whatever became of the operations."""

import io
import json
import logging
import tarfile

import httpx
import pytest

from storage.mailchimp.api.errors import BadAnswer, MethodRefused, TooManyConnections, Unavailable
from tests.storage.mailchimp.api.answers import BATCH, HASH, client, problem, scripted


def row(id_: str, answer: httpx.Response) -> dict[str, object]:
    return {"operation_id": id_, "status_code": answer.status_code, "response": answer.text}


def archive(*files: object) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as tar:
        folder = tarfile.TarInfo("b1")
        folder.type = tarfile.DIRTYPE
        tar.addfile(folder)
        for number, rows in enumerate(files):
            text = rows if isinstance(rows, bytes) else json.dumps(rows).encode()
            member = tarfile.TarInfo(f"b1/{number}.json")
            member.size = len(text)
            tar.addfile(member, io.BytesIO(text))
    return packed.getvalue()


def results(packed: bytes, **headers: str):
    mailchimp, _ = scripted(
        httpx.Response(200, json=BATCH), httpx.Response(200, stream=httpx.ByteStream(packed), headers=headers)
    )
    return list(mailchimp.results("b1"))


def test_every_file_is_read_to_its_end():
    many = [row(str(number), httpx.Response(204)) for number in range(3000)]
    found = results(archive(many, b"", [row("x", problem(405, "Method Not Allowed", "bounced"))], many[:1]))
    assert len(found) == 3002
    assert [each.operation_id for each in found if each.problem] == ["x"]
    refused = found[3000]
    assert (refused.status, type(refused.problem)) == (405, MethodRefused)
    assert refused.problem.detail == "bounced"


def test_an_operation_may_meet_the_limit_of_connections():
    (found,) = results(archive([row("1", httpx.Response(429))]))
    assert type(found.problem) is TooManyConnections


def test_an_archive_said_to_be_encoded_is_taken_as_it_came():
    packed = archive([row("1", httpx.Response(204))])
    assert len(results(packed, **{"Content-Encoding": "gzip"})) == 1


@pytest.mark.parametrize(
    "packed",
    [
        b"",
        b"<html>",
        archive([row(str(number), httpx.Response(204)) for number in range(9000)])[:-200],
        archive({"not": "a list"}),
        archive([1]),
        archive(b"{"),
        archive([{"operation_id": "1"}]),
    ],
)
def test_a_damaged_archive_is_a_bad_answer(packed):
    with pytest.raises(BadAnswer):
        results(packed)


def test_the_key_does_not_go_to_the_host_of_the_results_nor_their_signature_to_a_log(caplog):
    caplog.set_level(logging.DEBUG)
    mailchimp, script = scripted(
        httpx.Response(200, json=BATCH), httpx.Response(200, stream=httpx.ByteStream(archive([])))
    )
    assert list(mailchimp.results("b1")) == []
    assert ["Authorization" in request.headers for request in script.requests] == [True, False]
    assert "results.example.com" in caplog.text
    assert "s3cret" not in caplog.text


def test_the_download_is_tried_again():
    packed = httpx.Response(200, stream=httpx.ByteStream(archive([row("1", httpx.Response(204))])))
    mailchimp, script = scripted(
        httpx.Response(200, json=BATCH), httpx.ReadError("reset"), httpx.Response(500), packed
    )
    assert len(list(mailchimp.results("b1"))) == 1
    assert len(script.requests) == 4


def test_results_whose_address_has_expired_are_not_asked_for_again():
    mailchimp, script = scripted(
        httpx.Response(200, json=BATCH), httpx.Response(403, text="<Error>Expired</Error>")
    )
    with pytest.raises(BadAnswer):
        list(mailchimp.results("b1"))
    assert len(script.requests) == 2


def test_an_unfinished_batch_has_no_results():
    mailchimp, _ = scripted(httpx.Response(200, json=BATCH | {"response_body_url": "", "status": "started"}))
    with pytest.raises(Unavailable):
        list(mailchimp.results("b1"))


def test_a_results_address_that_is_none_is_an_error():
    mailchimp = client(lambda _: httpx.Response(200, json=BATCH | {"response_body_url": "http://a:b"}))
    with pytest.raises(Unavailable):
        list(mailchimp.results("b1"))


def test_a_result_shows_no_contact():
    (found,) = results(archive([row("1", problem(404, "Resource Not Found", f"no {HASH}"))]))
    assert HASH not in repr(found)
