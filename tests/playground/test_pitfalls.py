"""What edits teach, and where it is written."""

from pathlib import Path

import pytest

from resnet8doc import playground as pg
from resnet8doc.faults import FIELDS
from resnet8doc.playground.model import _pitfalls as pitfalls
from resnet8doc.playground.views import lessons_html

from .networks import networks

DOCS = Path(__file__).parents[2] / "docs"
LESSONS = [value for value in vars(pitfalls).values() if isinstance(value, pitfalls.Lesson)]


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.title)
def test_every_lesson_leads_to_a_section(lesson: pitfalls.Lesson) -> None:
    assert f"({lesson.anchor})=" in (DOCS / f"{lesson.page}.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("field", FIELDS)
def test_every_fault_has_a_lesson(field: str) -> None:
    graph, _ = networks()
    assert pitfalls.lesson(pg.Edit("arithmetic", "*", field, ""), graph) in LESSONS


def test_all_six_pitfalls_can_be_fallen_into() -> None:
    graph, _ = networks()
    edits = [pg.Edit("arithmetic", "*", field, "") for field in FIELDS]
    anchors = {pitfalls.lesson(edit, graph).anchor for edit in edits}
    assert anchors >= {
        f"pitfall-{name}" for name in ("accumulator", "rounding", "precision", "channel", "relu", "saturation")
    }


def test_an_edit_without_effect_says_so() -> None:
    graph, _ = networks()
    assert "No code of any layer changed" in lessons_html(
        [pg.Edit("arithmetic", "*", "rounding", "half_up")], graph, False
    )
    assert lessons_html([], graph, False) == ""


def test_a_lesson_links_to_the_guide() -> None:
    graph, _ = networks()
    html = lessons_html([pg.Edit("arithmetic", "*", "overflow", "wrap")], graph, True)
    assert 'href="../../hardware/pitfalls.html#pitfall-saturation"' in html
