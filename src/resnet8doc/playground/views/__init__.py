"""What the playground shows: functions from the model's numbers to HTML."""

from ._activations import histogram_html, numbers_html
from ._blocks import WHOLE
from ._downloads import captured, extraction, figures
from ._gallery import choose, gallery_html, label
from ._html import button, control, details, heading, live, note, section, table, text
from ._instrument import (
    batch_html,
    differ_html,
    differing,
    edits_html,
    effect_html,
    float_of,
    maps_html,
    pane,
    row,
    strip_html,
    tabs,
    visit_html,
)
from ._layer import layer_html
from ._microscope import graph_nodes, microscope_html, parting
from ._panes import (
    change_pane,
    files_pane,
    link_notes,
    measured,
    middle_pane,
    numbers_pane,
    structure_pane,
    structure_svg,
    top_pane,
)
from ._results import (
    answer_row,
    classes_html,
    comparison_html,
    lessons_html,
    sensitivity_html,
    sqnr_html,
)
from ._structure import graph_svg, tree

__all__ = [
    "WHOLE",
    "answer_row",
    "batch_html",
    "button",
    "captured",
    "change_pane",
    "choose",
    "classes_html",
    "comparison_html",
    "control",
    "details",
    "differ_html",
    "differing",
    "edits_html",
    "effect_html",
    "extraction",
    "figures",
    "files_pane",
    "float_of",
    "gallery_html",
    "graph_nodes",
    "graph_svg",
    "heading",
    "histogram_html",
    "label",
    "layer_html",
    "lessons_html",
    "link_notes",
    "live",
    "maps_html",
    "measured",
    "microscope_html",
    "middle_pane",
    "note",
    "numbers_html",
    "numbers_pane",
    "pane",
    "parting",
    "row",
    "section",
    "sensitivity_html",
    "sqnr_html",
    "strip_html",
    "structure_pane",
    "structure_svg",
    "table",
    "tabs",
    "text",
    "top_pane",
    "tree",
    "visit_html",
]  # fmt: skip
