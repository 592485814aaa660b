"""Where the runtimes stand: how many values of each node they compute otherwise than the engine."""

from functools import partial
from typing import Any

from ..errors import UserError
from ..markup import Markup
from ._attempt import attempt
from ._html import number, page, paragraph, refused, section, table
from ._subject import Subject


def proofs(subject: Subject) -> dict[str, dict[str, Any] | UserError]:
    """Compare the engine with the runtimes of the model's kind, node by node.

    Returns
    -------
    dict
        By the runtime's name what `resnet8doc.proof` found, or why it could not: the runtime refuses the model, or is
        not installed.
    """
    if not subject.is_model:
        why = UserError(
            f"{subject.path.name} is an extraction", "the model itself, which a runtime can run",
            "Write the specification of the .onnx or .tflite file.",
        )  # fmt: skip
        return {"TensorFlow Lite" if subject.is_tflite else "ONNX Runtime": why}
    if not subject.is_tflite:
        return {"ONNX Runtime": attempt(lambda: _onnxruntime(subject))}
    found: dict[str, dict[str, Any] | UserError] = {}
    kernels = attempt(_kernels)
    if isinstance(kernels, UserError):
        return {"TensorFlow Lite": kernels}
    for name in kernels:
        found[name] = attempt(partial(_tflite, subject, name))
    return found


def _onnxruntime(subject: Subject) -> dict[str, Any]:
    from ..proof import prove

    return prove(subject.path, subject.given.feeds, lengths=subject.lengths, progress=False)


def _kernels() -> tuple[str, ...]:
    from ..oracles import KERNELS

    return KERNELS


def _tflite(subject: Subject, kernels: str) -> dict[str, Any]:
    from ..proof import prove_tflite

    return prove_tflite(subject.path, subject.given.feeds, kernels, batch=1, progress=False)


def title(found: dict[str, Any]) -> str:
    """Return what was asked, with its version."""
    if "kernels" in found:
        return f"{found['version']}, kernels {found['kernels']}"
    return f"ONNX Runtime {found['environment']['packages']['onnxruntime']}, {found['optimisation_level']}"


def proof_page(subject: Subject, found: dict[str, dict[str, Any] | UserError], foot: str) -> str:
    """Return the page."""
    parts = [
        paragraph(
            "Each value of each node, the engine against the runtime. Node by node: both are fed the runtime's own "
            "tensors. End to end: the engine computes all from the input. No tolerance."
        ),
        paragraph(f"Inputs: {subject.given.said}."),
    ]
    for name, one in found.items():
        if isinstance(one, UserError):
            parts.append(section(name, refused(one)))
            continue
        totals = one["totals"]
        rows = [
            [
                row["node"], row["op_type"], row["dtype"], "equality" if row["held"] else "a count, real numbers",
                *(number(row[key]) for key in ("values", "local_mismatches", "end_to_end_mismatches")),
            ]
            for row in one["nodes"]
        ]  # fmt: skip
        heads = ["node", "operator", "type", "held to", "values", "differ, node by node", "differ, end to end"]
        said = (
            f"{totals['local_mismatches']:,} of {totals['values']:,} values differ node by node, "
            f"{totals['end_to_end_mismatches']:,} end to end, on {one.get('images', one.get('inputs')):,} items; "
            f"the engine computes as {one['runtime']}."
        )
        parts.append(section(title(one), paragraph(said), table(heads, rows, "Node by node")))
    return page("Proof", Markup("\n").join(parts), foot=foot, here="proof.html")
