"""Parses a message: headers, MIME parts, text.

Not the standard library's parser, for three reasons: it garbles the bodies of delivery reports in UTF-8 (RFC 6533),
boundaries are often wrong, and this one is several times faster. Sizes, depth and numbers are bounded. For any bytes
nothing is raised but TooMuchWork, once the budget of the message is spent.
"""

import binascii
import codecs
import html
import quopri
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.errors import HeaderParseError
from email.header import decode_header

from bot.bounces.messages.budget import MOST, Budget, Work

LARGEST_MESSAGE = 10 * 2**20  # bytes; of a larger one only the first HEAD are read
HEAD = 2**20
DEEPEST = 8  # parts within parts; deeper ones, and those beyond the budget, are left out
HEADERS_ALONE = DEEPEST + 1
LONGEST_TEXT = 100_000  # characters of a part's text
LONGEST_HEADERS = 256 * 1024  # bytes


@dataclass(frozen=True, slots=True)
class MimePart:
    """A message or one part of it."""

    headers: dict[str, list[str]]
    """By lower-case name; unfolded, not decoded."""
    kind: str
    """Content type such as `text/plain`."""
    parameters: dict[str, str]
    """Of the content type."""
    body: bytes
    budget: Budget
    """Of the whole message."""
    children: list["MimePart"] = field(default_factory=list)
    # Read once, because the same headers and texts are looked at for many reasons.
    addresses: dict[str, list[str]] = field(default_factory=dict, repr=False)
    """By header name; `recipients.in_headers` fills it."""
    _texts: dict[int, str] = field(default_factory=dict, repr=False)

    def header(self, name: str) -> str:
        """Returns the first value, or ""."""
        return self.headers.get(name, [""])[0]

    def text(self, most: int = LONGEST_TEXT) -> str:
        """Returns the body as text without HTML tags, at most `most` characters."""
        if most not in self._texts:
            self._texts[most] = self._text(most)
        return self._texts[most]

    def _text(self, most: int) -> str:
        encoded = self.body[: 4 * most]
        self.budget.spend(Work.CHARACTERS, min(len(encoded), most))
        body = _transfer_decoded(encoded, self.header("content-transfer-encoding").lower())
        text = _charset_decoded(body, self.parameters.get("charset", ""))
        if self.kind == "text/html":
            text = _unescaped(_TAG.sub(" ", _LINE_TAG.sub("\n", _without_hidden(text))))
        return text[:most]

    def bytes(self) -> bytes:
        """Returns the body without its transfer encoding."""
        return _transfer_decoded(self.body, self.header("content-transfer-encoding").lower())

    def leaves(self) -> list["MimePart"]:
        """Returns itself, or all parts that are not multipart; enclosed messages count as leaves."""
        if not self.kind.startswith("multipart/"):
            return [self]
        return [leaf for child in self.children for leaf in child.leaves()]


def parse_message(raw: bytes, budget: Budget) -> MimePart:
    """Parses a message; of one above LARGEST_MESSAGE, its first HEAD bytes. Raises TooMuchWork."""
    if len(raw) > LARGEST_MESSAGE:
        raw = raw[:HEAD]
    raw = raw.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    # Mail programs that save a message's source put empty lines or a byte-order mark before it.
    return _part(_BEFORE_MESSAGE.sub(b"", raw, count=1), "text/plain", 0, budget)


def parse_headers(text: str, budget: Budget) -> MimePart:
    """Parses a returned message that is quoted in the text of another, without looking for parts."""
    return _part(text.encode("utf-8", "replace"), "text/plain", HEADERS_ALONE, budget)


def decoded_header(value: str) -> str:
    """Returns a header's value with encoded words (RFC 2047) decoded and white space collapsed."""
    if "=?" in value:
        # One line, and only as far as the last word ends: the library looks for an end from each beginning.
        head, end, tail = " ".join(value[:4000].split()).rpartition("?=")
        try:
            pieces = decode_header(head + end)
        except (HeaderParseError, ValueError):
            pieces = [(head + end, None)]
        decoded = "".join(p if isinstance(p, str) else _charset_decoded(p, c or "") for p, c in pieces)
        value = decoded + tail or value
    return " ".join(value.split())


_BEFORE_MESSAGE = re.compile(rb"^(?:\xef\xbb\xbf)?(?:[ \t]{0,80}\n)*")
_MESSAGES = frozenset("message/rfc822 message/global message/rfc2822 message/news".split())
_HEADERS_ONLY = frozenset(
    "text/rfc822-headers message/global-headers message/rfc822-headers text/rfc822-header".split()
)
_HEADER = re.compile(rb"([A-Za-z][!-9;-~]{0,79})[ \t]*:(.*)", re.DOTALL)
_WELL_KNOWN = (
    b"from:",
    b"to:",
    b"subject:",
    b"date:",
    b"message-id:",
    b"mime-version:",
    b"content-type:",
    b"received:",
)
_PARAMETER = re.compile(r';\s*([\w-]{1,40})\*?\s*=\s*(?:"([^"]{0,400})"|([^\s;"]{1,400}))')
_KIND = re.compile(r"\s*([\w.+-]{1,40}/[\w.+-]{1,60})")
_HIDDEN_ELEMENT = re.compile(r"<(style|script|head|!--)", re.IGNORECASE)
_LINE_TAG = re.compile(r"</?(?:br|p|div|tr|td|li|table|h[1-6])\b[^<>]{0,2000}>", re.IGNORECASE)
_TAG = re.compile(r"</?[a-z!][^<>]{0,2000}>", re.IGNORECASE)
_LONG_NUMBER = re.compile(r"&#[0-9]{100,};?")  # of no character, and int() refuses the longest
_NO_TEXT_CODECS = frozenset(
    {"punycode", "idna", "unicode_escape", "raw-unicode-escape", "unicode-escape", "undefined"}
)


def _part(raw: bytes, default: str, depth: int, budget: Budget) -> MimePart:
    headers, body = _split_headers(raw, budget)
    content_type = headers.get("content-type", [""])[0]
    kind = match[1].lower() if (match := _KIND.match(content_type)) else default
    parameters = {
        name.lower(): quoted or bare for name, quoted, bare in _PARAMETER.findall(content_type[:4000])
    }
    part = MimePart(headers, kind, parameters, body, budget)
    if depth < DEEPEST:
        part.children.extend(_children(part, depth + 1))
    elif depth == DEEPEST and (kind in _MESSAGES or kind.startswith("multipart/")):
        budget.left_out = Work.DEPTH
    if kind.startswith("multipart/") and not part.children:
        return MimePart(headers, "text/plain", {}, body, budget)
    return part


def _children(part: MimePart, depth: int) -> Iterator[MimePart]:
    default = "message/rfc822" if part.kind == "multipart/digest" else "text/plain"
    depth = HEADERS_ALONE if part.kind in _HEADERS_ONLY else depth
    for raw in _raw_children(part):
        if not part.budget.has(Work.PARTS):
            break
        part.budget.spend(Work.PARTS)
        yield _part(raw, default, depth, part.budget)


def _raw_children(part: MimePart) -> list[bytes]:
    if part.kind in _MESSAGES or part.kind in _HEADERS_ONLY:
        return [part.bytes().lstrip(b"\n")]
    if part.kind.startswith("multipart/"):
        return _between_boundaries(part.body, part.parameters.get("boundary", ""))
    return []


def _between_boundaries(body: bytes, boundary: str) -> list[bytes]:
    delimiter = (
        b"--" + boundary.strip().encode("utf-8", "replace") if boundary.strip() else _guess_delimiter(body)
    )
    if delimiter and b"\n" + delimiter not in b"\n" + body:
        delimiter = _guess_delimiter(body)
    if not delimiter:
        return []
    most = MOST[Work.PARTS] + 1  # one more, so that it is known that some are left out
    pieces = (b"\n" + body).split(b"\n" + delimiter, most + 1)[1 : most + 1]
    parts = []
    for piece in pieces:
        if piece.startswith(b"--"):
            break
        rest_of_line, _, raw = piece.partition(b"\n")
        if not rest_of_line.strip():
            parts.append(raw)
    return parts


_DELIMITER = re.compile(rb"^(--[^\n]{1,200}?)[ \t]*\n(?:content-[a-z-]{1,40}:)", re.IGNORECASE | re.MULTILINE)


def _guess_delimiter(body: bytes) -> bytes:
    """The first line that begins with hyphens and precedes a line `Content-…:`; for a header with a wrong boundary, or none."""
    match = _DELIMITER.search(body[:HEAD])
    return match[1] if match else b""


def _split_headers(raw: bytes, budget: Budget) -> tuple[dict[str, list[str]], bytes]:
    if raw.startswith(b"\n"):
        return {}, raw[1:]
    head, _, body = raw.partition(b"\n\n")
    headers: dict[str, list[str]] = {}
    lines = head[:LONGEST_HEADERS].split(b"\n")
    budget.spend(Work.HEADER_LINES, len(lines))
    if lines[0].startswith((b"From ", b">From ")):
        del lines[0]
    pending: list[bytes] = []
    last_well_known: int | None = None  # looked for once it is needed
    for number, line in enumerate(lines):
        if line[:1] in (b" ", b"\t") and pending:
            pending.append(line)
        elif _HEADER.match(line):
            _add_header(headers, pending)
            pending = [line]
        elif not headers and not pending:
            return {}, raw  # no headers, only a body
        elif number < (last_well_known := last_well_known or _last_well_known(lines)):
            pending.append(line)  # continues a header, though it is not indented
        else:  # the body follows without an empty line
            rest = b"\n".join(lines[number:]) + head[LONGEST_HEADERS:]
            if pending and not line.strip():
                rest = b"\n".join(lines[number + 1 :])
            body = rest + b"\n\n" + body
            break
    _add_header(headers, pending)
    return headers, body


def _last_well_known(lines: list[bytes]) -> int:
    """The number of the last line that is certainly a header; the body begins behind it."""
    numbers = range(len(lines) - 1, 0, -1)
    return next((n for n in numbers if lines[n][:13].lower().startswith(_WELL_KNOWN)), 0)


def _add_header(headers: dict[str, list[str]], lines: list[bytes]) -> None:
    if not lines:
        return
    match = _HEADER.match(b" ".join(map(bytes.strip, lines)) if len(lines) > 1 else lines[0])
    if match:
        value = _charset_decoded(match[2].strip(), "")
        headers.setdefault(match[1].decode("ascii").lower(), []).append(value)


def _without_hidden(text: str) -> str:
    """HTML without styles, scripts and comments; one pass, whatever the text."""
    lower = text.lower()
    pieces, position, unclosed = [], 0, set()
    for match in _HIDDEN_ELEMENT.finditer(text):
        if match.start() < position or match[1].lower() in unclosed:
            continue
        end = lower.find("-->" if match[1] == "!--" else f"</{match[1].lower()}", match.end())
        if end < 0:
            unclosed.add(match[1].lower())
            continue
        pieces.append(text[position : match.start()])
        position = end + 3 if match[1] == "!--" else end
    return " ".join([*pieces, text[position:]])


def _unescaped(text: str) -> str:
    """HTML's character references as characters."""
    return html.unescape(_LONG_NUMBER.sub("\ufffd", text))


def _transfer_decoded(body: bytes, encoding: str) -> bytes:
    if "quoted-printable" in encoding:
        return quopri.decodestring(body)
    if "base64" not in encoding:
        return body
    try:
        return binascii.a2b_base64(body)
    except binascii.Error:
        kept = re.sub(rb"[^A-Za-z0-9+/]", b"", body)
        return binascii.a2b_base64(kept[: len(kept) // 4 * 4])


def _charset_decoded(raw: bytes, charset: str) -> str:
    """Never raises: falls back from an unknown or wrong charset to UTF-8, then Latin-1."""
    if charset and charset.lower() not in {"utf-8", "us-ascii"}:
        try:
            codec = codecs.lookup(charset)
            if codec.name not in _NO_TEXT_CODECS and getattr(codec, "_is_text_encoding", False):
                return raw.decode(codec.name, "replace")
        except (LookupError, ValueError):
            pass
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("latin-1")
