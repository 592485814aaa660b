"""What ONNX Runtime for 64-bit ARM computes, and what this engine does in its arithmetic."""

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import helper

from ...errors import UserError
from ...extract import load
from ...files import read_json, sha256, write_json
from ...runtimes import ONNXRUNTIME_ARM64, ONNXRUNTIME_X86
from .._cases import GENERATORS
from .._tally import alike, differs

Array = npt.NDArray[Any]

MODELS = ("resnet8_int8_qoperator", "resnet8_uint8_qoperator", "resnet8_u8s8_qoperator")
"""Every tensor of these is compared; their operators are integer throughout."""

OPERATORS = tuple(GENERATORS)
"""Single operators."""

SCRIPT = Path(__file__).with_name("in_emulation.py")
QEMU = "qemu-aarch64"


def run_under_emulation(
    python: Path, folder: Path, models: Mapping[str, Path], images: Array, *, cases: int, qemu: str | None = None,
    root: Path | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Run networks and single operators in ONNX Runtime for 64-bit ARM, and hold the engine to it.

    Parameters
    ----------
    python
        An interpreter for 64-bit ARM whose packages are ONNX Runtime and numpy.
    folder
        For models, inputs and answers.
    models
        QOperator models by name.
    images
        uint8 ``[N, 32, 32, 3]``.
    cases
        Random cases of each single operator.
    qemu
        QEMU's user-mode emulator; without it ``qemu-aarch64`` of the search path. Version 7.2 crashes on numpy's
        import, 10.0 runs it.
    root
        Where the interpreter's system lies, if its libraries are not this system's own.

    Returns
    -------
    dict
        JSON-able: ``emulator``, ``machine``, ``onnxruntime``, ``numpy`` as they report themselves; ``images``;
        ``networks`` and ``operators``: rows of ``name``, ``values``, ``mismatches`` and ``unlike_x86``, the values
        in which the engine's arithmetic of x86-64 differs from ARM's.

    Raises
    ------
    UserError
        If there is no emulator or no such interpreter, or the emulated program fails.
    """
    emulator = _emulator(qemu)
    if not python.is_file():
        raise UserError(
            f"{python} is no interpreter", "a Python for 64-bit ARM with onnxruntime and numpy",
            "Unpack one, with a C library, into a folder: packages python3-minimal, libpython3-stdlib, libc6 and what "
            "they need, for arm64, and the two wheels for aarch64; name both with --python and --root.",
        )  # fmt: skip
    folder.mkdir(parents=True, exist_ok=True)
    graphs = {name: load(path) for name, path in models.items()}
    singles = {}
    for number, op_type in enumerate(OPERATORS):
        rng = np.random.default_rng([64, number])
        singles.update({f"{op_type}_{case}": GENERATORS[op_type](rng) for case in range(cases)})
    for name, path in models.items():
        (folder / f"{name}.onnx").write_bytes(_laid_open(path))
        _save(folder / f"{name}.npz", {graphs[name].inputs[0].name: images.astype(np.float32)})
    for name, case in singles.items():
        model, feeds = case.model()
        (folder / f"{name}.onnx").write_bytes(model.SerializeToString())
        _save(folder / f"{name}.npz", feeds)
    write_json(folder / "cases.json", [*models, *singles])
    system = [] if root is None else ["-L", str(root)]
    _said([emulator, *system, str(python), str(SCRIPT), str(folder)])
    about: dict[str, Any] = read_json(folder / "about.json")
    if about["machine"] != "aarch64":
        raise UserError(f"{python} runs on {about['machine']}", "aarch64", "Give an interpreter for 64-bit ARM.")
    networks = []
    for name, graph in graphs.items():
        row = {"name": name, "sha256": sha256(models[name]), "values": 0, "mismatches": 0, "unlike_x86": 0}
        truth = _answer(folder, name) | {graph.inputs[0].name: images.astype(np.float32)}
        for node in graph.nodes:
            expected = truth[node.output]
            _count(row, expected, *(graph.compute(node, truth, one) for one in (ONNXRUNTIME_ARM64, ONNXRUNTIME_X86)))
        networks.append(row)
    operators = []
    for op_type in OPERATORS:
        row = {"name": op_type, "cases": cases, "values": 0, "mismatches": 0, "unlike_x86": 0}
        for number in range(cases):
            name = f"{op_type}_{number}"
            found = (singles[name].in_engine(one) for one in (ONNXRUNTIME_ARM64, ONNXRUNTIME_X86))
            _count(row, _answer(folder, name)["result"], *found)
        operators.append(row)
    version = subprocess.run([emulator, "--version"], check=True, capture_output=True, text=True).stdout
    return {
        "emulator": version.splitlines()[0], **about, "images": len(images), "networks": networks,
        "operators": operators,
    }  # fmt: skip


def _emulator(qemu: str | None) -> str:
    found = shutil.which(qemu or QEMU)
    if found is None:
        raise UserError(
            f"there is no {qemu or QEMU}", "QEMU's user-mode emulator of 64-bit ARM, version 10 or later",
            "Install qemu-user, or name the program with --qemu. The committed record was made with it.",
        )  # fmt: skip
    return found


def _laid_open(path: Path) -> bytes:
    """Return a model whose every tensor is an output."""
    model = onnx.load(path)
    given = {entry.name for entry in model.graph.output}
    for node in model.graph.node:
        hidden = [name for name in node.output if name and name not in given]
        model.graph.output.extend(helper.make_empty_tensor_value_info(name) for name in hidden)
    content: bytes = model.SerializeToString()
    return content


def _save(path: Path, arrays: Mapping[str, Array]) -> None:
    named: dict[str, Any] = dict(arrays)
    np.savez(path, **named)


def _answer(folder: Path, name: str) -> dict[str, Array]:
    with np.load(folder / f"{name}_answer.npz", allow_pickle=False) as stored:
        return dict(stored)


def _count(row: dict[str, Any], expected: Array, ours: Array, as_x86: Array) -> None:
    alike(row["name"], ours, expected, "ONNX Runtime on ARM64")
    row["values"] += expected.size
    row["mismatches"] += int(np.count_nonzero(differs(ours, expected)))
    row["unlike_x86"] += int(np.count_nonzero(differs(as_x86, expected)))


def _said(command: Sequence[str]) -> None:
    variables = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    for name in ("PYTHONHOME", "PYTHONPATH"):  # this interpreter's are not the other's
        variables.pop(name, None)
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=variables)
    if done.returncode:
        reason = next((line for line in reversed(done.stderr.splitlines()) if line.strip()), "no reason given")
        raise UserError(
            f"the emulated interpreter fails ({reason[:300]})", "one that imports onnxruntime and runs models",
            "Use QEMU 10 or later: 7.2 crashes. Try the command by hand: " + " ".join(command),
        )  # fmt: skip
