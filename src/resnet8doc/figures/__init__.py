"""Tables, plots and graph drawings for pages, one file a kind.

matplotlib and pygraphviz are imported only by the functions that draw.
"""

from ._accuracy import accuracy_and_size, confusion_matrix, per_class_deltas
from ._style import Drawing, drawing, style
from ._table import Table, table

__all__ = [
    "Drawing",
    "Table",
    "accuracy_and_size",
    "confusion_matrix",
    "drawing",
    "per_class_deltas",
    "style",
    "table",
]
