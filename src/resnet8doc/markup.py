"""HTML as a type: what is `Markup` is HTML, every other text is escaped where it meets one."""

from collections.abc import Iterable
from html import escape as _escape
from typing import Any, Protocol, SupportsIndex, cast, runtime_checkable


@runtime_checkable
class HasHtml(Protocol):
    """What brings its own HTML, as marimo's elements and `Markup` do."""

    def __html__(self) -> str:
        """Return it as HTML."""
        ...


class Markup(str):
    """Text that is HTML.

    ``Markup(text)`` declares that ``text`` is HTML, whatever is in it: only for text of this package's own. A name out
    of a file or an address goes through `format` or `escape`, which quote it. Adding and joining quote as well.

    Examples
    --------
    >>> Markup("<b>{}</b>").format("<img src=x>")
    Markup('<b>&lt;img src=x&gt;</b>')
    >>> Markup("<i>") + "a & b" + Markup("</i>")
    Markup('<i>a &amp; b</i>')
    >>> Markup("<br>").join(["<", Markup("<hr>")])
    Markup('&lt;<br><hr>')
    """

    __slots__ = ()

    def __html__(self) -> str:
        """Return itself."""
        return str(self)

    def __repr__(self) -> str:
        """Show that it is HTML."""
        return f"Markup({str(self)!r})"

    def __str__(self) -> str:
        """Return plain text, which counts as HTML no longer."""
        return str.__str__(self)

    def __add__(self, other: str) -> "Markup":
        """Append HTML, or text that is quoted."""
        return Markup(str.__add__(self, escape(other)))

    def __radd__(self, other: str) -> "Markup":
        """Put HTML, or text that is quoted, before it."""
        return Markup(str.__add__(escape(other), self))

    def __mul__(self, count: SupportsIndex) -> "Markup":
        """Repeat it."""
        return Markup(str.__mul__(self, count))

    def format(self, *values: Any, **named: Any) -> "Markup":
        """Fill in values, each quoted unless it is HTML; a number may have a format of its own: ``{:.2f}``."""
        return Markup(str.format(self, *map(_safe, values), **{name: _safe(value) for name, value in named.items()}))

    def join(self, parts: Iterable[Any]) -> "Markup":
        """Join parts, each quoted unless it is HTML."""
        return Markup(str.join(self, (escape(part) for part in parts)))


class _Quoted:
    """A value that is quoted when it is filled in."""

    def __init__(self, value: Any) -> None:
        self.value = value

    def __format__(self, spec: str) -> str:
        return str(escape(format(self.value, spec) if spec else self.value))


_PLAIN = (int, float)
"""Types whose text has nothing to quote; not their subclasses, which may have a text of their own."""


def _safe(value: Any) -> Any:
    """Return what may be filled in: HTML and numbers as they are, of which a drawing has thousands."""
    kind = type(value)
    return value if kind is Markup or kind in _PLAIN else _Quoted(value)


def escape(value: Any) -> Markup:
    """Return a value as HTML: what brings its own as it is, the text of every other with ``& < > " '`` quoted.

    Examples
    --------
    >>> escape('<a href="x">'), escape(3), escape(Markup("<b>"))
    (Markup('&lt;a href=&quot;x&quot;&gt;'), Markup('3'), Markup('<b>'))
    """
    kind = type(value)
    if kind is Markup:
        return cast(Markup, value)
    if kind is str:
        return Markup(_escape(value))
    if kind in _PLAIN:
        return Markup(value)
    if isinstance(value, HasHtml):  # asks slowly, and so last
        return Markup(value.__html__())
    return Markup(_escape(str(value)))


def joined(parts: Iterable[Any]) -> Markup:
    """Return parts one after the other, each quoted unless it is HTML."""
    return Markup("").join(parts)
