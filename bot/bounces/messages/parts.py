"""A message taken apart: headers, MIME parts, text. Its own splitter, for three reasons: the bodies of delivery
reports in UTF-8 (RFC 6533) come out of the standard library's parser mangled, boundaries are often wrong, and it is
several times quicker. Nothing here raises on any bytes; sizes, depth and numbers are bounded.
"""

import binascii
import codecs
import html
import quopri
import re
from dataclasses import dataclass, field
from email.errors import HeaderParseError
from email.header import decode_header

LARGEST_MESSAGE = 10 * 2**20  # bytes; of a larger one only the head is read
HEAD = 2**20
DEEPEST = 8
MOST_PARTS = 100
LONGEST_TEXT = 100_000  # characters of a part's text
LONGEST_HEADERS = 256 * 1024  # bytes


@dataclass(frozen=True, slots=True)
class MimePart:
    """A message or one part of it; `headers` by lower-case name, unfolded, not decoded; `kind` as `text/plain`."""

    headers: dict[str, list[str]]
    kind: str
    parameters: dict[str, str]
    body: bytes
    children: list["MimePart"] = field(default_factory=list)

    def header(self, name: str) -> str:
        """The first value, or ""."""
        return self.headers.get(name, [""])[0]

    def text(self, most: int = LONGEST_TEXT) -> str:
        """The body as text, tags left out of HTML, at most so many characters."""
        body = _unencoded(self.body[: 4 * most], self.header("content-transfer-encoding").lower())
        text = _decoded(body, self.parameters.get("charset", ""))
        if self.kind == "text/html":
            text = html.unescape(_TAG.sub(" ", _LINE_TAG.sub("\n", _visible(text))))
        return text[:most]

    def bytes(self) -> bytes:
        """The body without its transfer encoding."""
        return _unencoded(self.body, self.header("content-transfer-encoding").lower())

    def leaves(self) -> list["MimePart"]:
        """Itself, or all its parts that have no parts; messages inside are leaves too."""
        if not self.kind.startswith("multipart/"):
            return [self]
        return [leaf for child in self.children for leaf in child.leaves()]


def taken_apart(raw: bytes) -> MimePart:
    """The whole message; of one above LARGEST_MESSAGE, its first HEAD bytes."""
    if len(raw) > LARGEST_MESSAGE:
        raw = raw[:HEAD]
    raw = raw.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return _part(raw.lstrip(b"\n"), "text/plain", 0, [MOST_PARTS])


def only_headers(text: str) -> MimePart:
    """A returned message that stands in the text of another."""
    return _part(text.encode("utf-8", "replace"), "text/plain", DEEPEST, [1])


def decoded_header(value: str) -> str:
    """A header's value without encoded words (RFC 2047), white space tidied."""
    if "=?" in value:
        try:
            pieces = decode_header(value[:4000])
        except (HeaderParseError, ValueError):
            pieces = []
        value = "".join(p if isinstance(p, str) else _decoded(p, c or "") for p, c in pieces) or value
    return " ".join(value.split())


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
_HIDES = re.compile(r"<(style|script|head|!--)", re.IGNORECASE)
_LINE_TAG = re.compile(r"</?(?:br|p|div|tr|td|li|table|h[1-6])\b[^<>]{0,2000}>", re.IGNORECASE)
_TAG = re.compile(r"</?[a-z!][^<>]{0,2000}>", re.IGNORECASE)
_NO_TEXT_CODECS = frozenset(
    {"punycode", "idna", "unicode_escape", "raw-unicode-escape", "unicode-escape", "undefined"}
)


def _part(raw: bytes, default: str, depth: int, left: list[int]) -> MimePart:
    """`left` counts down over the whole message, so that thousands of tiny parts end early."""
    left[0] -= 1
    headers, body = _split(raw)
    content_type = headers.get("content-type", [""])[0]
    kind = found[1].lower() if (found := _KIND.match(content_type)) else default
    parameters = {
        name.lower(): quoted or bare for name, quoted, bare in _PARAMETER.findall(content_type[:4000])
    }
    part = MimePart(headers, kind, parameters, body)
    if depth < DEEPEST and left[0] > 0:
        part.children.extend(_children(part, depth + 1, left))
    if kind.startswith("multipart/") and not part.children:
        return MimePart(headers, "text/plain", {}, body)
    return part


def _children(part: MimePart, depth: int, left: list[int]) -> list[MimePart]:
    if part.kind in _MESSAGES:
        return [_part(part.bytes().lstrip(b"\n"), "text/plain", depth, left)]
    if part.kind in _HEADERS_ONLY:
        return [_part(part.bytes().lstrip(b"\n"), "text/plain", DEEPEST, left)]
    if not part.kind.startswith("multipart/"):
        return []
    default = "message/rfc822" if part.kind == "multipart/digest" else "text/plain"
    found = []
    for raw in _between_boundaries(part.body, part.parameters.get("boundary", "")):
        if left[0] <= 0:
            break
        found.append(_part(raw, default, depth, left))
    return found


def _between_boundaries(body: bytes, boundary: str) -> list[bytes]:
    mark = b"--" + boundary.strip().encode("utf-8", "replace") if boundary.strip() else _guessed_mark(body)
    if mark and b"\n" + mark not in b"\n" + body:
        mark = _guessed_mark(body)
    if not mark:
        return []
    pieces = (b"\n" + body).split(b"\n" + mark)[1 : MOST_PARTS + 1]
    found = []
    for piece in pieces:
        if piece.startswith(b"--"):
            break
        rest_of_line, _, raw = piece.partition(b"\n")
        if not rest_of_line.strip():
            found.append(raw)
    return found


_GUESS = re.compile(rb"^(--[^\n]{1,200}?)[ \t]*\n(?:content-[a-z-]{1,40}:)", re.IGNORECASE | re.MULTILINE)


def _guessed_mark(body: bytes) -> bytes:
    """Where the header names another boundary, or none: a line with hyphens before a line `Content-…:`."""
    found = _GUESS.search(body[:HEAD])
    return found[1] if found else b""


def _split(raw: bytes) -> tuple[dict[str, list[str]], bytes]:
    if raw.startswith(b"\n"):
        return {}, raw[1:]
    head, _, body = raw.partition(b"\n\n")
    headers: dict[str, list[str]] = {}
    lines = head[:LONGEST_HEADERS].split(b"\n")
    if lines[0].startswith((b"From ", b">From ")):
        del lines[0]
    pending: list[bytes] = []
    last_known = max(
        (n for n, line in enumerate(lines) if line[:13].lower().startswith(_WELL_KNOWN)), default=0
    )
    for number, line in enumerate(lines):
        if line[:1] in (b" ", b"\t") and pending:
            pending.append(line)
        elif _HEADER.match(line):
            _keep(headers, pending)
            pending = [line]
        elif not headers and not pending:
            return {}, raw  # no headers at all: a body
        elif number < last_known:  # folded without white space
            pending.append(line)
        else:  # a body that follows without an empty line
            rest = b"\n".join(lines[number:]) + head[LONGEST_HEADERS:]
            if pending and not line.strip():
                rest = b"\n".join(lines[number + 1 :])
            body = rest + b"\n\n" + body
            break
    _keep(headers, pending)
    return headers, body


def _keep(headers: dict[str, list[str]], lines: list[bytes]) -> None:
    if not lines:
        return
    found = _HEADER.match(b" ".join(map(bytes.strip, lines)))
    if found:
        value = _decoded(found[2].strip(), "")
        headers.setdefault(found[1].decode("ascii").lower(), []).append(value)


def _visible(text: str) -> str:
    """HTML without styles, scripts and comments; in one pass, for any text."""
    lower = text.lower()
    pieces, position, missing = [], 0, set()
    for found in _HIDES.finditer(text):
        if found.start() < position or found[1].lower() in missing:
            continue
        end = lower.find("-->" if found[1] == "!--" else f"</{found[1].lower()}", found.end())
        if end < 0:
            missing.add(found[1].lower())
            continue
        pieces.append(text[position : found.start()])
        position = end + 3 if found[1] == "!--" else end
    return " ".join([*pieces, text[position:]])


def _unencoded(body: bytes, encoding: str) -> bytes:
    if "quoted-printable" in encoding:
        return quopri.decodestring(body)
    if "base64" not in encoding:
        return body
    try:
        return binascii.a2b_base64(body)
    except binascii.Error:
        kept = re.sub(rb"[^A-Za-z0-9+/]", b"", body)
        return binascii.a2b_base64(kept[: len(kept) // 4 * 4])


def _decoded(raw: bytes, charset: str) -> str:
    """Never fails: an unknown or wrong charset gives UTF-8, else Latin-1."""
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
