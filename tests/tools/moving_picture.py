"""Joins screenshots into one animated PNG that holds of each only what differs from the one before.

Python's own modules are enough: a screenshot of Chromium's is an RGB image of 8 bits a channel, not interlaced. The chunks
are those of the PNG specification, third edition (acTL, fcTL, fdAT).
"""

import struct
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

SIGNATURE = b"\x89PNG\r\n\x1a\n"
PIXEL = 3  # bytes
NOTHING, SUB, UP, AVERAGE, PAETH = range(5)  # the filters of a row


@dataclass(frozen=True)
class Image:
    width: int
    rows: Sequence[bytes]


@dataclass(frozen=True)
class Part:
    """A rectangle of an image, in pixels."""

    left: int
    top: int
    image: Image


def join(screenshots: Sequence[tuple[bytes, int]]) -> bytes:
    """`screenshots`: PNG files of one size, each with the milliseconds for which it is shown."""
    images = [read(file) for file, _ in screenshots]
    chunks = [_header(images[0]), _chunk(b"acTL", struct.pack(">II", len(images), 0))]
    sequence = 0
    for n, (image, (_, milliseconds)) in enumerate(zip(images, screenshots, strict=True)):
        part = changed(images[n - 1], image) if n else Part(0, 0, image)
        chunks.append(_chunk(b"fcTL", _control(sequence, part, milliseconds)))
        sequence += 1
        if n:
            chunks.append(_chunk(b"fdAT", struct.pack(">I", sequence) + _compressed(part.image)))
            sequence += 1
        else:
            chunks.append(_chunk(b"IDAT", _compressed(image)))
    return SIGNATURE + b"".join(chunks) + _chunk(b"IEND", b"")


def shrink(screenshot: bytes) -> bytes:
    """The same picture in fewer bytes."""
    image = read(screenshot)
    return SIGNATURE + _header(image) + _chunk(b"IDAT", _compressed(image)) + _chunk(b"IEND", b"")


def read(file: bytes) -> Image:
    """Decodes an RGB image. Raises ValueError for any other."""
    width, height, *form = struct.unpack(">IIBBBBB", file[16:29])
    if form != [8, 2, 0, 0, 0]:
        raise ValueError(form)
    data = zlib.decompress(b"".join(body for kind, body in _chunks(file) if kind == b"IDAT"))
    rows: list[bytes] = []
    above = bytes(width * PIXEL)
    for n in range(height):
        start = n * (width * PIXEL + 1)
        above = _unfiltered(data[start], data[start + 1 : start + 1 + width * PIXEL], above)
        rows.append(above)
    return Image(width, rows)


def changed(before: Image, after: Image) -> Part:
    """The smallest rectangle of `after` that has all that differs; one pixel, if nothing does."""
    differing = [n for n, (old, new) in enumerate(zip(before.rows, after.rows, strict=True)) if old != new]
    if not differing:
        return Part(0, 0, Image(1, [after.rows[0][:PIXEL]]))
    top, bottom = differing[0], differing[-1] + 1
    pairs = [(before.rows[n], after.rows[n]) for n in differing]
    left = min(_first_difference(old, new) for old, new in pairs) // PIXEL
    right = after.width - min(_first_difference(old[::-1], new[::-1]) for old, new in pairs) // PIXEL
    rows = [row[left * PIXEL : right * PIXEL] for row in after.rows[top:bottom]]
    return Part(left, top, Image(right - left, rows))


def _first_difference(one: bytes, other: bytes) -> int:
    return next((n for n, (a, b) in enumerate(zip(one, other, strict=True)) if a != b), len(one))


def _unfiltered(kind: int, row: bytes, above: bytes) -> bytes:
    if kind == NOTHING:
        return row
    done = bytearray(PIXEL) + row  # a pixel to the left of the first
    predict = PREDICTIONS[kind]
    upper = bytes(PIXEL) + above
    for n in range(PIXEL, len(done)):
        done[n] = (done[n] + predict(done[n - PIXEL], upper[n], upper[n - PIXEL])) & 0xFF
    return bytes(done[PIXEL:])


def _paeth(left: int, above: int, corner: int) -> int:
    guess = left + above - corner
    return min(
        (abs(guess - left), 0, left), (abs(guess - above), 1, above), (abs(guess - corner), 2, corner)
    )[2]


PREDICTIONS: dict[int, Callable[[int, int, int], int]] = {
    SUB: lambda left, _above, _corner: left,
    UP: lambda _left, above, _corner: above,
    AVERAGE: lambda left, above, _corner: (left + above) // 2,
    PAETH: _paeth,
}


def _compressed(image: Image) -> bytes:
    """Without filters: flat colours repeat as they are."""
    return zlib.compress(b"".join(b"\0" + row for row in image.rows), 9)


def _header(image: Image) -> bytes:
    size = struct.pack(">II", image.width, len(image.rows))
    return _chunk(b"IHDR", size + bytes([8, 2, 0, 0, 0]))


def _control(sequence: int, part: Part, milliseconds: int) -> bytes:
    size = (part.image.width, len(part.image.rows), part.left, part.top)
    return struct.pack(">IIIIIHHBB", sequence, *size, milliseconds, 1000, 0, 0)


def _chunks(file: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = len(SIGNATURE)
    while at < len(file):
        (length,) = struct.unpack(">I", file[at : at + 4])
        yield file[at + 4 : at + 8], file[at + 8 : at + 8 + length]
        at += length + 12


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
