"""Options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

Checkpoint = Annotated[
    str,
    typer.Option(
        help="The weights: `bundled` (trained by this project), `mlperf-tiny` (MLPerf Tiny's own), or the path of an "
        ".h5, .weights.h5, .keras or .npz file of the same architecture.",
        show_default=True,
    ),
]

OutputJson = Annotated[
    Path | None,
    typer.Option(
        "--output-json", help="Write the result as JSON to this file as well; `-` prints it instead.", metavar="FILE"
    ),
]

Jobs = Annotated[int, typer.Option(help="Stages that run at once.", min=1)]
