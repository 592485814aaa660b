"""What is HTML is said by a type; every other text is quoted where it meets it."""

from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st

from resnet8doc.markup import Markup, escape, joined


class Tags(HTMLParser):
    """Collects elements, attributes and text."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.values: list[str | None] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.values += [value for _, value in attrs]

    def handle_data(self, data: str) -> None:
        self.text += data


def parsed(html: str) -> Tags:
    found = Tags()
    found.feed(html)
    found.close()
    return found


TEXTS = st.text(st.characters(exclude_characters="\r\0", exclude_categories=["Cs"]))


@given(TEXTS)
def test_any_text_survives_as_text_and_as_attribute(text: str) -> None:
    found = parsed(Markup('<p title="{}">{}</p>').format(text, text))
    assert found.tags == ["p"]
    assert found.values == [text]
    assert found.text == text


@given(TEXTS)
def test_adding_and_joining_quote(text: str) -> None:
    for html in (Markup("<i>") + text + Markup("</i>"), Markup("").join([Markup("<i>"), text]), text + Markup("<i>")):
        found = parsed(html)
        assert found.tags == ["i"]
        assert found.text == text


def test_markup_is_not_quoted_twice() -> None:
    once = escape("<")
    assert escape(once) is once
    assert joined([once, Markup("<br>"), 3]) == "&lt;<br>3"


def test_a_number_keeps_its_format() -> None:
    assert Markup("<b>{:.2f}</b>").format(1 / 3) == "<b>0.33</b>"


def test_plain_text_of_markup_is_plain() -> None:
    """What leaves as text and comes back is quoted: an f-string forgets that it held HTML."""
    assert escape(f"{Markup('<b>')}") == "&lt;b&gt;"
