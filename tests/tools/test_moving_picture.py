"""The pictures of the documents: what is joined or shrunk shows the same pixels."""

import random
import struct
import zlib

import pytest

from tests.tools import moving_picture
from tests.tools.moving_picture import PIXEL, SIGNATURE, Image

WIDTH, HEIGHT = 7, 10


def pixels(seed: int) -> list[bytes]:
    return [random.Random(f"{seed} {row}").randbytes(WIDTH * PIXEL) for row in range(HEIGHT)]


def png(rows: list[bytes], colour_type: int = 2) -> bytes:
    """Each row with another of the five filters, as the specification words them."""
    data = b""
    above = bytes(WIDTH * PIXEL)
    for n, row in enumerate(rows):
        data += bytes([n % 5]) + bytes(
            (value - predicted(n % 5, row, above, at)) % 256 for at, value in enumerate(row)
        )
        above = row
    header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, colour_type, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(data)), (b"IEND", b"")]
    return SIGNATURE + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in chunks
    )


def predicted(kind: int, row: bytes, above: bytes, at: int) -> int:
    a, b = (row[at - PIXEL], above[at]) if at >= PIXEL else (0, above[at])
    c = above[at - PIXEL] if at >= PIXEL else 0
    p = a + b - c
    distances = {value: abs(p - value) for value in (c, b, a)}
    nearest = next(value for value in (a, b, c) if distances[value] == min(distances.values()))
    return (0, a, b, (a + b) // 2, nearest)[kind]


@pytest.mark.parametrize("seed", range(5))
def test_a_picture_that_was_shrunk_has_the_same_pixels(seed: int):
    rows = pixels(seed)
    assert moving_picture.read(png(rows)) == Image(WIDTH, rows)
    assert moving_picture.read(moving_picture.shrink(png(rows))) == Image(WIDTH, rows)


def test_other_pictures_are_refused():
    with pytest.raises(ValueError, match="6"):
        moving_picture.read(png(pixels(0), colour_type=6))


@pytest.mark.parametrize(
    ("left", "top", "width", "height"), [(0, 0, WIDTH, HEIGHT), (2, 3, 1, 1), (6, 0, 1, HEIGHT), (0, 9, 3, 1)]
)
def test_a_frame_holds_what_has_changed_and_no_more(left: int, top: int, width: int, height: int):
    before = pixels(1)
    after = [
        bytes(
            value ^ (top <= y < top + height and left <= x // PIXEL < left + width)
            for x, value in enumerate(row)
        )
        for y, row in enumerate(before)
    ]
    part = moving_picture.changed(Image(WIDTH, before), Image(WIDTH, after))
    assert (part.left, part.top, part.image.width, len(part.image.rows)) == (left, top, width, height)
    for y, row in enumerate(part.image.rows, part.top):
        before[y] = before[y][: left * PIXEL] + row + before[y][(left + width) * PIXEL :]
    assert before == after


def test_a_moving_picture_has_a_frame_for_each_screenshot_with_its_time():
    shots = [(png(pixels(seed)), 100 * seed) for seed in (1, 2, 2, 3)]
    chunks = list(moving_picture._chunks(moving_picture.join(shots)))
    assert [kind for kind, _ in chunks] == [
        b"IHDR",
        b"acTL",
        b"fcTL",
        b"IDAT",
        *[b"fcTL", b"fdAT"] * 3,
        b"IEND",
    ]
    assert struct.unpack(">II", chunks[1][1]) == (4, 0)
    numbered = [body[:4] for kind, body in chunks if kind in {b"fcTL", b"fdAT"}]
    assert numbered == [struct.pack(">I", n) for n in range(7)]
    times = [struct.unpack(">HH", body[20:24]) for kind, body in chunks if kind == b"fcTL"]
    assert times == [(milliseconds, 1000) for _, milliseconds in shots]
