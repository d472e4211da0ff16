"""XML laid out, one element a line, in its own words and prefixes, and what must not be seen hidden."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from html import escape, unescape
from typing import NamedTuple

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser, ParseError

from app.messages.fields import HIDDEN, Fields

TOKEN = re.compile(r"""<!--.*?-->|<!\[CDATA\[.*?\]\]>|<\?.*?\?>|<(?:[^<>"']|"[^"]*"|'[^']*')*>|[^<]+""", re.DOTALL)
DECLARATION = re.compile(r"\s*<\?xml[^>]*\?>")
NAME = re.compile(r"</?([^\s/>]+)")
ATTRIBUTE = re.compile(r"""([^\s=]+)(\s*=\s*)("[^"]*"|'[^']*')""")
NAMING = ("name", "key", "id")  # <Parameter name="price">: the name of a field stands in an attribute


DEEPEST_INDENT = 40  # levels; what is nested deeper stands no further to the right
CDATA = ("<![CDATA[", "]]>")
Inner = Callable[[str, Fields, dict[str, None]], str]  # masks a text that is a message itself


class _Nothing:
    """Keeps nothing of a document: only whether it is one is asked."""

    def start(self, _tag: str, _attributes: object) -> None: ...

    def end(self, _tag: str) -> None: ...

    def data(self, _text: str) -> None: ...

    def close(self) -> None: ...


class _Token(NamedTuple):
    kind: str  # open, close, empty, text, aside
    text: str


def check(text: str) -> None:
    """Raises ValueError for what is no well-formed XML, or has a document type definition: such a one can grow without end."""
    if not text.lstrip("\ufeff \t\r\n").startswith("<"):
        raise ValueError("it is no XML")
    parser = DefusedXMLParser(target=_Nothing(), forbid_dtd=True)
    try:
        # Without its declaration: the text is decoded already, and must be read here as it is read below.
        parser.feed(DECLARATION.sub("", text.lstrip("\ufeff"), count=1).encode())
        parser.close()
    except (ParseError, DefusedXmlException) as error:
        raise ValueError(str(error)) from error


def lines(text: str, fields: Fields, hidden: dict[str, None], inner: Inner | None = None) -> Iterator[str]:
    """Line by line, of what `check` found to be XML; an element with nothing but text in it is one line. `hidden` as of JSON."""
    depth, line, gone = 0, "", 0  # gone: how deep one is in an element that is hidden
    for kind, said in _tokens(text, fields, hidden, inner):
        if gone:
            gone += (kind == "open") - (kind == "close")
            if gone:
                continue
        if kind == "close":
            depth -= 1
            yield line + said if line else f"{_indent(depth)}{said}"
            line = ""
        elif kind == "text" and line:
            line += said.strip()
        else:
            if line:
                yield line
            line = f"{_indent(depth)}{said.strip()}"
            if kind == "open":
                depth, gone = depth + 1, int(said.endswith(HIDDEN))
            else:
                yield line
                line = ""
    if line:
        yield line


def _indent(depth: int) -> str:
    return "  " * min(depth, DEEPEST_INDENT)


def _tokens(text: str, fields: Fields, hidden: dict[str, None], inner: Inner | None) -> Iterator[_Token]:
    for found in TOKEN.finditer(text.lstrip("\ufeff")):
        token = found[0]
        if token.startswith("<!--"):
            yield _Token("aside", f"<!-- {HIDDEN} -->" if fields.hides else token)
        elif token.startswith("<?"):
            yield _Token("aside", f"<?{HIDDEN}?>" if fields.hides and not DECLARATION.match(token) else token)
        elif token.startswith("</"):
            yield _Token("close", token)
        elif token.startswith("<") and not token.startswith(CDATA[0]):
            yield _opened(token, fields, hidden)
        elif token.strip():
            yield _Token("text", _inside(token, fields, hidden, inner) if fields and inner else token)


def _inside(token: str, fields: Fields, hidden: dict[str, None], inner: Inner) -> str:
    """The text of an element, which may be a message itself."""
    is_raw = token.startswith(CDATA[0])
    said = token[len(CDATA[0]) : -len(CDATA[1])] if is_raw else unescape(token)
    masked = inner(said, fields, hidden)
    if masked == said:
        return token
    return f"{CDATA[0]}{masked}{CDATA[1]}" if is_raw else escape(masked, quote=False)


def _opened(tag: str, fields: Fields, hidden: dict[str, None]) -> _Token:
    """The tag that begins an element. Where the element must not be seen its attributes are gone, and its content is hidden behind it."""
    name = NAME.match(tag)
    own = name[1] if name else ""
    kind = "empty" if tag.endswith("/>") else "open"
    found = fields.last(_local(own)) or next((hit for each in ATTRIBUTE.finditer(tag) if (hit := _named_by(each, fields))), None)
    if found:
        hidden[found] = None
        if not fields.is_open:
            return _Token(kind, f"<{own}>{HIDDEN}" if kind == "open" else f"<{own}/>")

    def attribute(each: re.Match[str]) -> str:
        if not (hit := fields.last(_local(each[1]))):
            return each[0]
        hidden[hit] = None
        return each[0] if fields.is_open else f'{each[1]}{each[2]}"{HIDDEN}"'

    return _Token(kind, ATTRIBUTE.sub(attribute, tag) if fields else tag)


def _named_by(attribute: re.Match[str], fields: Fields) -> str | None:
    return fields.last(unescape(attribute[3][1:-1])) if _local(attribute[1]).casefold() in NAMING else None


def _local(name: str) -> str:
    return name.rpartition(":")[2]
