"""Who may have made some bytes: every runtime, and every known mistake made in ONNX Runtime's arithmetic."""

from dataclasses import dataclass

from ..arithmetic import Runtime
from ..hardware import FAULTS
from ..runtimes import ONNXRUNTIME_X86, RUNTIMES


@dataclass(frozen=True)
class Candidate:
    """One arithmetic.

    Attributes
    ----------
    name
        A runtime's name, or a fault as ``name=value``.
    title
        In words.
    runtime
        What computes it.
    """

    name: str
    title: str
    runtime: Runtime


def candidates() -> dict[str, Candidate]:
    """Return every candidate by its name: runtimes first.

    Examples
    --------
    >>> list(candidates())[:3], "rounding=half_up" in candidates()
    (['onnxruntime_x86', 'onnxruntime_x86_avx2', 'onnxruntime_arm64'], True)
    """
    found = [Candidate(runtime.name, runtime.title, runtime) for runtime in RUNTIMES.values()]
    for fault in FAULTS:
        wrong = ONNXRUNTIME_X86.with_fault(fault)
        found.append(Candidate(fault.describe(), f"a mistake: {wrong.describe()}", wrong))
    return {candidate.name: candidate for candidate in found}
