"""What each quantized model is, read from the report of the quantizer that made it."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Variant:
    """The attributes by which quantized models differ.

    Attributes
    ----------
    file
        The model's file name.
    weights, activations
        Their types: ``"int8"``, ``"uint8"``, ``"int4"``, ``"float32"``.
    format
        ``"QDQ"``, ``"QOperator"``, ``"TorchScript"``, ``"TFLite"`` or, of an unquantized model, ``"float"``.
    granularity
        ``"per channel"`` or ``"per tensor"``.
    calibration
        How the ranges of activations were found: ``"MinMax"``.
    samples
        How many calibration images.
    engine
        PyTorch's quantized engine.
    reduce_range
        Which numbers use 7 of their 8 bits: ``"weights"``, ``"activations"`` or ``"none"``.
    """

    file: str
    weights: str
    activations: str
    format: str
    granularity: str | None = None
    calibration: str | None = None
    samples: int | None = None
    engine: str | None = None
    reduce_range: str | None = None

    @classmethod
    def unquantized(cls, file: str) -> "Variant":
        """Return the attributes of a float model."""
        return cls(file, "float32", "float32", "float")

    def attributes(self) -> dict[str, Any]:
        """Return everything but the file's name."""
        return {key: value for key, value in asdict(self).items() if key != "file"}


def variants(report: Mapping[str, Any]) -> Iterator[Variant]:
    """Yield what a quantization report says about each model that was made."""
    for entry in report["variants"]:
        yield Variant(
            entry["file"],
            entry["weights"],
            entry["activations"],
            entry["format"],
            entry["granularity"],
            entry["calibration"],
            entry["samples"],
            entry["engine"],
            entry["asked"]["reduce_range"],
        )
