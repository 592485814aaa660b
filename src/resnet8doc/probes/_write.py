"""Probes as files: for ONNX, for TensorFlow Lite, and as bytes for a device of one's own."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import UserError
from ..files import make_folder, replacing
from ._load import probes
from ._probe import Probe

README = """These probes tell {count} arithmetics apart. Run each, keep the codes that come out, and ask:

    python -m resnet8doc identify OUTPUTS

OUTPUTS is an .npz with an array for each probe, a folder with a .npy, .bin or .hex file for each, or one .hex file with
all bytes in this order: {names}.
"""


def write(folder: Path, format: str) -> list[Path]:
    """Write the probes.

    Parameters
    ----------
    folder
        Where to.
    format
        ``onnx``: a model each, and its inputs as ``.npy``. ``tflite``: likewise, those that a TensorFlow Lite file can
        hold. ``hex``: a ``.hex`` file for each input, parameters as JSON. ``c``: one header.

    Returns
    -------
    list of pathlib.Path
        What was written.

    Raises
    ------
    UserError
        If there is no such format, or the folder cannot be written.
    """
    if format not in FORMATS:
        raise UserError(f"the format is {format!r}", f"one of {', '.join(FORMATS)}", "Choose one of these.")
    from ._candidates import candidates

    make_folder(folder)
    written = FORMATS[format](folder)
    text = README.format(count=len(candidates()), names=", ".join(probe.name for probe in probes()))
    return [*written, _text(folder / "README.txt", text)]


def _onnx(folder: Path) -> list[Path]:
    import onnx

    written = []
    for probe in probes():
        model = onnx_model(probe)
        with replacing(folder / f"{probe.name}.onnx") as temporary:
            temporary.write_bytes(model.SerializeToString())
        written += [folder / f"{probe.name}.onnx", *_arrays(folder, probe)]
    assert onnx.__version__
    return written


def onnx_model(probe: Probe) -> Any:
    """Return a probe as an ONNX model; its parameters are stored, its fed inputs have their formal names."""
    from onnx import helper, numpy_helper

    record = probe.operator
    names = [name if name in probe.inputs else "" for name in record.inputs]
    while not names[-1]:
        names.pop()
    node = helper.make_node(probe.op_type, names, ["y"], name=probe.name, domain=record.domain, **probe.attributes)
    kinds = {name: helper.np_dtype_to_tensor_dtype(value.dtype) for name, value in probe.inputs.items()}
    zero = next(value for name, value in probe.inputs.items() if name in ("y_zero_point", "C_zero_point"))
    graph = helper.make_graph(
        [node], probe.name,
        [helper.make_tensor_value_info(name, kinds[name], probe.inputs[name].shape) for name in probe.fed],
        [helper.make_tensor_value_info("y", helper.np_dtype_to_tensor_dtype(zero.dtype), None)],
        [numpy_helper.from_array(np.asarray(v), name) for name, v in probe.inputs.items() if name not in probe.fed],
    )  # fmt: skip
    opsets = [helper.make_opsetid("", 21), helper.make_opsetid("com.microsoft", 1)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=10)


def _tflite(folder: Path) -> list[Path]:
    from ._tflite import tflite_file

    written = []
    for probe in probes():
        if not probe.expressible_in_tflite:
            continue
        with replacing(folder / f"{probe.name}.tflite") as temporary:
            temporary.write_bytes(tflite_file(probe))
        written += [folder / f"{probe.name}.tflite", *_arrays(folder, probe)]
    return written


def _hex(folder: Path) -> list[Path]:
    written = []
    for probe in probes():
        for name in probe.fed:
            array = np.ascontiguousarray(probe.inputs[name])
            lines = [f"{byte:02x}" for byte in array.view(np.uint8).ravel()]
            written.append(_text(folder / f"{probe.name}_{name}.hex", "\n".join(lines) + "\n"))
        written.append(_text(folder / f"{probe.name}.json", json.dumps(probe.to_dict(), indent=1)))
    return written


def _c(folder: Path) -> list[Path]:
    lines = [
        "/* Probes: run each operator, compare with nothing, give the bytes to identify. */",
        "#include <stdint.h>",
        "",
    ]
    for probe in probes():
        lines.append(f"/* {probe.name}: {probe.op_type} {json.dumps(dict(probe.attributes))} */")
        for name, array in probe.inputs.items():
            value = np.asarray(array)
            kind = "float" if value.dtype == np.float32 else f"{value.dtype}_t"
            numbers = [float(v).hex() + "f" if kind == "float" else str(int(v)) for v in value.ravel()]
            shape = " x ".join(map(str, value.shape)) or "scalar"
            lines.append(
                f"static const {kind} {probe.name}_{name}[{value.size}] = {{{', '.join(numbers)}}}; /* {shape} */"
            )
        lines.append("")
    return [_text(folder / "probes.h", "\n".join(lines))]


def _arrays(folder: Path, probe: Probe) -> list[Path]:
    written = []
    for name in probe.fed:
        path = folder / f"{probe.name}_{name}.npy"
        with replacing(path) as temporary, temporary.open("wb") as stream:
            np.save(stream, probe.inputs[name], allow_pickle=False)
        written.append(path)
    return written


def _text(path: Path, text: str) -> Path:
    with replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8")
    return path


FORMATS: dict[str, Callable[[Path], list[Path]]] = {"onnx": _onnx, "tflite": _tflite, "hex": _hex, "c": _c}
"""How probes can be written."""
