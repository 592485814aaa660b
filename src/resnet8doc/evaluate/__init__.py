"""How good each model is, measured on every test image, and which quantization is best.

`evaluate` runs a file with the backend that its suffix names; `save` and `load` keep what it found; `compare` makes one
table of all of it, and `record` what is kept of that table. A backend is one private module here (see ``_runners.py``).
"""

from ._comparison import DROP, compare, is_drop
from ._evaluation import NEAR_TIE, Evaluation, load, save
from ._evaluator import BASELINE, BATCH_SIZE, evaluate, require_baseline
from ._overhead import overhead
from ._recommendation import RULE, SIZE_CLASS, WITHIN, recommend
from ._record import BYTES, ELSEWHERE, SAMPLE, differences, record, recorded_mlperf_tiny, saturates
from ._runners import OPENERS, Runner, open_model

__all__ = [
    "BASELINE",
    "BATCH_SIZE",
    "BYTES",
    "DROP",
    "ELSEWHERE",
    "NEAR_TIE",
    "OPENERS",
    "RULE",
    "SAMPLE",
    "SIZE_CLASS",
    "WITHIN",
    "Evaluation",
    "Runner",
    "compare",
    "differences",
    "evaluate",
    "is_drop",
    "load",
    "open_model",
    "overhead",
    "recommend",
    "record",
    "recorded_mlperf_tiny",
    "require_baseline",
    "saturates",
    "save",
]
