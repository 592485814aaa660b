"""The recorded comparison of MLPerf Tiny's checkpoint: what is kept of a comparison, and how another is held to it."""

from collections.abc import Iterator, Mapping
from importlib.resources import files
from typing import Any

from ..environment import cpu_class
from ..errors import UserError
from ..schemas import validate

ELSEWHERE = 1.0
"""Points by which a quantized model's accuracy may differ on a processor of another class; see `saturates`."""

BYTES = 0.01
"""Share by which a file's size may differ anywhere: archives hold the paths of the source files that made them."""

_ATTRIBUTES = (
    "framework", "quantized", "weights", "activations", "format", "granularity", "calibration", "samples", "engine",
    "reduce_range", "baseline",
)  # fmt: skip
_COUNTS = ("correct", "changed", "lost", "gained", "per_class")


SAMPLE = 1000
"""How many images, the first of the test images, a record counts apart: a tenth of the time to measure again."""


def record(
    comparison: Mapping[str, Any], environment: Mapping[str, Any], sample: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Return what is kept of a comparison: the table, its recommendation, the checkpoint and what measured it.

    Parameters
    ----------
    comparison
        What `compare` returned.
    environment
        What `resnet8doc.environment.environment` returned where the models were evaluated.
    sample
        What `compare` returned for the first `SAMPLE` images alone.

    Returns
    -------
    dict
        By ``comparison_record.schema.json``; under 100 KB as a file.
    """
    kept = {
        "schema": "comparison_record",
        "checkpoint": comparison["checkpoint"],
        "environment": {key: environment[key] for key in ("python", "packages", "cpu")}
        | {"cpu_class": cpu_class(dict(environment))},
        "rows": comparison["rows"],
        "recommendation": comparison["recommendation"],
    }
    if sample is not None:
        kept["sample"] = sample["rows"]
    validate(kept, "comparison_record")
    return kept


def recorded_mlperf_tiny() -> dict[str, Any]:
    """Return the comparison of MLPerf Tiny's checkpoint that is shipped with the package.

    ``python -m resnet8doc record-mlperf-tiny`` makes it.

    Raises
    ------
    UserError
        If this installation has none.

    Examples
    --------
    >>> [row["correct"] for row in recorded_mlperf_tiny()["rows"] if not row["quantized"]]
    [8719, 8719, 8719, 8719]
    """
    import json

    file = files("resnet8doc.checkpoints") / "mlperf_tiny_comparison.json"
    if not file.is_file():
        raise UserError(
            f"{file} does not exist",
            "the recorded comparison of MLPerf Tiny's checkpoint",
            "Record it: python -m resnet8doc record-mlperf-tiny.",
        )
    kept: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    validate(kept, "comparison_record")
    return kept


def differences(recorded: Mapping[str, Any], measured: Mapping[str, Any]) -> list[str]:
    """Say in which ways a measured record is not the recorded one; an empty list means that it holds.

    Measured by the same versions on a processor of the same class, every count has to be equal. Elsewhere a float
    model may differ by as many images as are near ties, and a quantized one by `ELSEWHERE` points. What was measured
    on the first `SAMPLE` images alone is held to what the record says of these.

    Parameters
    ----------
    recorded, measured
        What `record` returned, then and now.

    Examples
    --------
    >>> kept = recorded_mlperf_tiny()
    >>> differences(kept, kept)
    []
    >>> differences(kept, {**kept, "rows": kept["rows"][1:]})
    ['resnet8.keras was recorded but not measured']
    """
    found = []
    if recorded["checkpoint"]["sha256"] != measured["checkpoint"]["sha256"]:
        found.append(
            f"checkpoint {measured['checkpoint']['sha256'][:12]} was measured, "
            f"{recorded['checkpoint']['sha256'][:12]} recorded"
        )
    then, now = recorded["environment"], measured["environment"]
    for name in sorted(set(then["packages"]) | set(now["packages"])):
        was, is_ = then["packages"].get(name), now["packages"].get(name)
        if was != is_:
            found.append(f"measured with {name} {is_}, recorded with {was}")
    sampled = "sample" in recorded and {row["total"] for row in measured["rows"]} == {SAMPLE}
    before = {row["file"]: row for row in recorded["sample" if sampled else "rows"]}
    after = {row["file"]: row for row in measured["rows"]}
    found += [f"{name} was recorded but not measured" for name in sorted(set(before) - set(after))]
    found += [f"{name} was measured but not recorded" for name in sorted(set(after) - set(before))]
    same_class = then["cpu_class"] == now["cpu_class"]
    for name in sorted(set(before) & set(after)):
        found += _row_differences(before[name], after[name], same_class=same_class)
    return found


def saturates(row: Mapping[str, Any]) -> bool:
    """Tell whether a model's accuracy depends on the processor by design, so that nothing is bounded elsewhere.

    Before VNNI, x86 multiplies uint8 activations by int8 weights in pairs and adds each pair in 16 bits, which
    overflow unless one side keeps to 7 bits. ONNX Runtime's kernels for these types saturate there; elsewhere they do
    not.

    Examples
    --------
    >>> row = {"framework": "ONNX Runtime", "activations": "uint8", "weights": "int8", "reduce_range": "none"}
    >>> saturates(row), saturates(row | {"reduce_range": "weights"}), saturates(row | {"weights": "uint8"})
    (True, False, False)
    """
    return (
        row["framework"] == "ONNX Runtime"
        and row["activations"] == "uint8"
        and "int8" in row["weights"].split(", ")
        and row["reduce_range"] == "none"
    )


def _row_differences(was: Mapping[str, Any], is_: Mapping[str, Any], *, same_class: bool) -> Iterator[str]:
    name = was["file"]
    for key in _ATTRIBUTES + (_COUNTS if same_class else ()):
        if was[key] != is_[key]:
            yield f"{name}: {key} is {is_[key]}, recorded {was[key]}"
    if abs(was["bytes"] - is_["bytes"]) > BYTES * was["bytes"]:
        yield f"{name}: {is_['bytes']:,} bytes, recorded {was['bytes']:,}; at most {BYTES:.0%} may differ"
    if not same_class and not saturates(was):
        bound = ELSEWHERE / 100 * was["total"] if was["quantized"] else max(was["near_ties"], is_["near_ties"])
        if abs(was["correct"] - is_["correct"]) > bound:
            yield f"{name}: {is_['correct']} correct, recorded {was['correct']}; at most {bound:g} images may differ"
