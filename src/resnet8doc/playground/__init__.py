"""The playground's parts: what the notebook shows, as functions from numbers to HTML, and the state behind them.

numpy and the standard library alone, so that the browser runs the same code; only a reader's own picture needs Pillow.
"""

from ..errors import UserError
from .activations import histogram_html, mosaics_html, numbers_html
from .assets import EXPORTING, FLOAT, IN_BROWSER, MODEL, Assets, Gallery, exporting, locate, own_graph, own_name
from .controls import Field, fields, targets, value_now
from .data import playground_data
from .downloads import captured, extraction, figures
from .edits import EVERYWHERE, Edit, Modified, add, apply, from_text, parse_scale, parse_zero_point, to_text
from .gallery import choose, gallery_html, label
from .html import button, control, note, section, table, text
from .layer import layer_html
from .microscope import graph_nodes, microscope_html
from .mosaic import channels_shape
from .picture import read_picture
from .results import answer_row, comparison_html, probabilities_html, sensitivity_html, sqnr_html
from .run import Comparison, Run, accuracy, rerun
from .state import KEYS, State, from_query, inside, link, parse_pixel
from .structure import graph_svg, tree

__all__ = [
    "EVERYWHERE",
    "EXPORTING",
    "FLOAT",
    "IN_BROWSER",
    "KEYS",
    "MODEL",
    "Assets",
    "Comparison",
    "Edit",
    "Field",
    "Gallery",
    "Modified",
    "Run",
    "State",
    "UserError",
    "accuracy",
    "add",
    "answer_row",
    "apply",
    "button",
    "captured",
    "channels_shape",
    "choose",
    "comparison_html",
    "control",
    "exporting",
    "extraction",
    "fields",
    "figures",
    "from_query",
    "from_text",
    "gallery_html",
    "graph_nodes",
    "graph_svg",
    "histogram_html",
    "inside",
    "label",
    "layer_html",
    "link",
    "locate",
    "microscope_html",
    "mosaics_html",
    "note",
    "numbers_html",
    "own_graph",
    "own_name",
    "parse_pixel",
    "parse_scale",
    "parse_zero_point",
    "playground_data",
    "probabilities_html",
    "read_picture",
    "rerun",
    "section",
    "sensitivity_html",
    "sqnr_html",
    "table",
    "targets",
    "text",
    "to_text",
    "tree",
    "value_now",
]
