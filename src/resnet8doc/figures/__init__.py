"""Tables, plots and graph drawings for pages, one file a kind.

matplotlib and pygraphviz are imported only by the functions that draw.
"""

from ._style import Drawing, drawing, style
from ._table import Table, table

__all__ = ["Drawing", "Table", "drawing", "style", "table"]
