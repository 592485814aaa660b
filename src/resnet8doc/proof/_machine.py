"""Which of ONNX Runtime's kernels this processor gets, and what was proven on it."""

from dataclasses import dataclass
from typing import Any

from ..environment import environment
from ..requantize import RUNTIME, Arithmetic


@dataclass(frozen=True)
class Machine:
    """A class of processors that compute alike.

    Attributes
    ----------
    name
        ``x86-64 with VNNI``, ``x86-64 with AVX2, without VNNI``, or another.
    saturates_pairs
        Whether products of unsigned activations and signed weights are added in pairs into saturating int16.
    proven
        Whether a mismatch here fails the build: the engine was seen equal to ONNX Runtime on such a processor.
    """

    name: str
    saturates_pairs: bool
    proven: bool

    @property
    def arithmetic(self) -> Arithmetic:
        """How ONNX Runtime computes on it."""
        return Arithmetic(pairwise_saturation=True) if self.saturates_pairs else RUNTIME


VNNI = ("avx512_vnni", "avx_vnni", "amx_int8")


def machine(described: dict[str, Any] | None = None) -> Machine:
    """Return the class of a processor.

    ONNX Runtime chooses its matrix kernels in ``core/mlas/lib/platform.cpp``: with AVX2 those that use ``vpmaddubsw``,
    with one of the VNNI extensions those that do not.

    Parameters
    ----------
    described
        What :func:`resnet8doc.environment.environment` returned; this processor's if None.

    Examples
    --------
    >>> machine({"architecture": "x86_64", "instruction_sets": ["avx2", "fma"]})
    Machine(name='x86-64 with AVX2, without VNNI', saturates_pairs=True, proven=True)
    >>> machine({"architecture": "aarch64", "instruction_sets": ["asimd"]})
    Machine(name='aarch64', saturates_pairs=False, proven=False)
    """
    found = environment() if described is None else described
    sets, architecture = set(found["instruction_sets"]), found["architecture"]
    if architecture not in ("x86_64", "amd64"):
        return Machine(architecture, False, False)
    if sets.intersection(VNNI):
        return Machine("x86-64 with VNNI", False, True)
    if "avx2" in sets:
        return Machine("x86-64 with AVX2, without VNNI", True, True)
    return Machine("x86-64 without AVX2", False, False)
