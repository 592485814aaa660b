"""Which of ONNX Runtime's kernels this processor gets, and what was proven on it."""

from dataclasses import dataclass
from typing import Any

from ..arithmetic import Runtime
from ..environment import environment
from ..runtimes import ONNXRUNTIME_ARM64, ONNXRUNTIME_X86, ONNXRUNTIME_X86_AVX2


@dataclass(frozen=True)
class Machine:
    """A class of processors that compute alike.

    Attributes
    ----------
    name
        ``x86-64 with VNNI``, ``x86-64 with AVX2, without VNNI``, or another.
    runtime
        What ONNX Runtime computes on it.
    proven
        Whether a mismatch here fails the build: the engine was seen equal to ONNX Runtime on such a processor.
    """

    name: str
    runtime: Runtime
    proven: bool

    @property
    def saturates_pairs(self) -> bool:
        """Whether products of unsigned activations and signed weights are added in pairs into saturating int16."""
        return self.runtime.first_stage.pairs


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
    >>> found = machine({"architecture": "x86_64", "instruction_sets": ["avx2", "fma"]})
    >>> found.name, found.runtime.name, found.proven
    ('x86-64 with AVX2, without VNNI', 'onnxruntime_x86_avx2', True)
    >>> machine({"architecture": "aarch64", "instruction_sets": ["asimd"]}).runtime.name
    'onnxruntime_arm64'
    """
    found = environment() if described is None else described
    sets, architecture = set(found["instruction_sets"]), found["architecture"]
    if architecture not in ("x86_64", "amd64"):
        arm = architecture in ("aarch64", "arm64")
        return Machine(architecture, ONNXRUNTIME_ARM64 if arm else ONNXRUNTIME_X86, False)
    if sets.intersection(VNNI):
        return Machine("x86-64 with VNNI", ONNXRUNTIME_X86, True)
    if "avx2" in sets:
        return Machine("x86-64 with AVX2, without VNNI", ONNXRUNTIME_X86_AVX2, True)
    return Machine("x86-64 without AVX2", ONNXRUNTIME_X86, False)
