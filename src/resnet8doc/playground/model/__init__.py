"""What the playground is about: data, runs, edits, state. No HTML."""

from ._assets import EXPORTING, FLOAT, IN_BROWSER, MODEL, Assets, Gallery, exporting, locate
from ._batch import Batch, batch
from ._channels import as_channels, channels_shape, index_of
from ._controls import Field, fields, targets, value_now
from ._data import playground_data
from ._edits import EVERYWHERE, Edit, Modified, add, apply, from_text, parse_scale, parse_zero_point, to_text
from ._lessons import LESSONS, Visit, visit
from ._own import Own, own_feeds, own_name, own_network, run_of, sorts_pictures, wanted
from ._picture import read_picture
from ._run import Comparison, Difference, Run, accuracy, rerun
from ._scene import Scene, compare
from ._sides import EDITED, MODEL_SIDE, Side, next_difference, side, side_of, sides
from ._state import KEYS, State, from_query, inside, link, parse_pixel, write_address
from ._tensors import ROOM
from ._tracing import trace_pixel

__all__ = [
    "EDITED", "EVERYWHERE", "EXPORTING", "FLOAT", "IN_BROWSER", "KEYS", "LESSONS", "MODEL", "MODEL_SIDE",
    "ROOM", "Assets", "Batch", "Comparison", "Difference", "Edit", "Field", "Gallery", "Modified", "Own", "Run",
    "Scene", "Side", "State", "Visit", "accuracy", "add", "apply", "as_channels", "batch", "channels_shape", "compare",
    "exporting", "fields", "from_query", "from_text", "index_of", "inside", "link", "locate", "next_difference",
    "own_feeds", "own_name", "own_network", "parse_pixel", "parse_scale", "parse_zero_point", "playground_data",
    "read_picture", "rerun", "run_of", "side", "side_of", "sides", "sorts_pictures", "targets", "to_text",
    "trace_pixel", "value_now", "visit", "wanted", "write_address",
]  # fmt: skip
