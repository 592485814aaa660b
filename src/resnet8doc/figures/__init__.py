"""Tables, plots and graph drawings for pages, one file a kind.

matplotlib and pygraphviz are imported only by the functions that draw.
"""

from ._accuracy import accuracy_and_size, confusion_matrix, per_class_deltas
from ._bars import Bar, Bars, bars
from ._damage import damage
from ._drawing import draw_graph, write_graph
from ._heat_map import heat_map
from ._memory import memory
from ._mermaid import Node, mermaid, nodes_of, nodes_of_graph
from ._playground_link import Link, playground_link
from ._style import Drawing, drawing, style
from ._table import Table, table
from ._vector_links import vector_links
from ._waveform import waveform
from ._worked_example import WorkedExample, operator_inputs, worked_example
from ._zoom import zoomable

__all__ = [
    "Bar",
    "Bars",
    "Drawing",
    "Link",
    "Node",
    "Table",
    "WorkedExample",
    "accuracy_and_size",
    "bars",
    "confusion_matrix",
    "damage",
    "draw_graph",
    "drawing",
    "heat_map",
    "memory",
    "mermaid",
    "nodes_of",
    "nodes_of_graph",
    "operator_inputs",
    "per_class_deltas",
    "playground_link",
    "style",
    "table",
    "vector_links",
    "waveform",
    "worked_example",
    "write_graph",
    "zoomable",
]
