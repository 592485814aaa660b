"""Weights by name or path."""

import os
from dataclasses import replace
from pathlib import Path

from ..errors import UserError
from ..files import read_json
from ._checkpoint import Checkpoint, weights_sha256
from ._keras_files import read_h5, read_keras
from ._match import match_layers, to_weights
from ._mlperf_tiny import COMMIT, VARIABLE, mlperf_tiny_file
from ._npz import read_npz
from ._structure import check_structure

NAMES = ("bundled", "mlperf-tiny")


def load(name_or_path: str | Path = "bundled", progress: bool = True) -> Checkpoint:
    """Load a checkpoint and make sure that it is one of this network.

    Parameters
    ----------
    name_or_path
        ``"bundled"``: trained by this project and shipped with it. ``"mlperf-tiny"``: the official one, from
        ``RESNET8DOC_MLPERF_TINY`` (file or folder), else the cache, else its home. Anything else: the path of an
        ``.h5``, ``.weights.h5``, ``.keras`` or ``.npz`` file of this architecture, whatever its layers are called.
    progress
        Show a bar on stderr while something is fetched.

    Returns
    -------
    Checkpoint
        With every array of `resnet8doc.architecture.WEIGHTS`.

    Raises
    ------
    UserError
        If the name is unknown, or the file is missing, damaged, of another architecture (the message names the first
        layer that differs), or holds numbers that are not finite.

    Examples
    --------
    >>> load("resnet18")
    Traceback (most recent call last):
    ...
    resnet8doc.errors.UserError: the checkpoint 'resnet18' is unknown; expected bundled, mlperf-tiny, or the path of \
a .h5, .keras or .npz file. Name one of them.
    """
    match str(name_or_path):
        case "bundled":
            return _bundled()
        case "mlperf-tiny":
            return _file(
                mlperf_tiny_file(progress),
                "mlperf-tiny",
                "MLPerf Tiny's pretrained ResNet8",
                f"mlcommons/tiny at commit {COMMIT}, pretrainedResnet.h5",
                "Apache-2.0",
            )
    path = Path(name_or_path).expanduser()
    if path.is_file():
        return _file(path, path.name, f"the file {path.name}", str(path), "unknown")
    if path.suffix or len(path.parts) > 1:
        raise UserError(
            f"the checkpoint {path} does not exist",
            _valid(),
            "Correct the path, or name one that comes with the project.",
        )
    raise UserError(f"the checkpoint '{name_or_path}' is unknown", _valid(), "Name one of them.")


def files_of(name_or_path: str | Path) -> list[Path]:
    """Return the files that a checkpoint is read from, so that a build can see when they change.

    A fetched ``mlperf-tiny`` has none: its bytes are fixed by a hash in this package.

    Examples
    --------
    >>> [path.name for path in files_of("bundled")]
    ['bundled.npz', 'bundled.json']
    """
    match str(name_or_path):
        case "bundled":
            return [Path(__file__).parent / name for name in ("bundled.npz", "bundled.json")]
        case "mlperf-tiny":
            return [mlperf_tiny_file(progress=True)] if os.environ.get(VARIABLE) else []
    return [Path(name_or_path).expanduser()]


def _valid() -> str:
    return f"{', '.join(NAMES)}, or the path of a .h5, .keras or .npz file"


def _file(path: Path, name: str, label: str, source: str, licence: str) -> Checkpoint:
    config = None
    match path.suffix:
        case ".npz":
            layers = read_npz(path)
        case ".keras":
            layers, config = read_keras(path)
        case ".h5":
            layers, config = read_h5(path)
        case _:
            raise UserError(
                f"the checkpoint {path} is a {path.suffix or 'nameless'} file",
                _valid(),
                "Convert it to one of these formats.",
            )
    found = match_layers(path, layers)
    if config is not None:
        check_structure(path, config, {item.name: ours for ours, item in found.items()})
    weights = to_weights(path, found)
    return Checkpoint(name, label, weights, weights_sha256(weights), source, licence)


def _bundled() -> Checkpoint:
    path, card_path = files_of("bundled")
    if not path.is_file():
        raise UserError(
            "this copy of resnet8doc has no bundled checkpoint",
            f"{path}",
            "Train it (nox -s train), or choose another with --checkpoint mlperf-tiny.",
        )
    checkpoint = _file(path, "bundled", "the bundled ResNet8", "trained by this project", "Apache-2.0")
    return replace(checkpoint, card=read_json(card_path))
