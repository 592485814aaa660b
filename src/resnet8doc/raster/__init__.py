"""Arrays as small pictures: numbers to colours, colours to PNG, with numpy and the standard library alone."""

from ._colour import colours, css
from ._png import data_uri, png

__all__ = ["colours", "css", "data_uri", "png"]
