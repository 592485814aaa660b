"""What the figures were measured with: versions of the packages, and what kind of processor."""

import os
import platform
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

PACKAGES = (
    "ai-edge-litert", "h5py", "keras", "matplotlib", "numpy", "onnx", "onnx2torch", "onnxruntime", "pillow",
    "pygraphviz", "tensorflow", "tf2onnx", "tflite-micro", "torch", "torchvision",
)  # fmt: skip
"""The packages whose version can change a figure."""

INSTRUCTION_SETS = (
    "amx_bf16", "amx_int8", "asimd", "asimddp", "avx2", "avx512_bf16", "avx512_vnni", "avx512bw", "avx512f", "avx512vl",
    "avx_vnni", "bf16", "fma", "i8mm", "sve",
)  # fmt: skip
"""The instruction sets by which the runtimes choose their kernels, in Linux's spelling."""

_SPELLINGS = {"avx512vnni": "avx512_vnni", "avxvnni": "avx_vnni"}


def environment() -> dict[str, Any]:
    """Describe the machine and the installed versions.

    Imports no framework: versions come from the packages' metadata. Where Linux does not tell the processor's name and
    flags, as on ARM, the first call takes about a second; later ones are free.

    Returns
    -------
    dict
        ``python``, ``system`` (as ``platform.platform()`` says), ``packages`` (name to version, those of `PACKAGES`
        that are installed), ``architecture``, ``cpu`` (its name), ``cores`` (logical ones) and ``instruction_sets``
        (those of `INSTRUCTION_SETS` that it has, sorted).

    Examples
    --------
    >>> import numpy
    >>> environment()["packages"]["numpy"] == numpy.__version__
    True
    """
    return {
        "python": platform.python_version(),
        "system": platform.platform(),
        "packages": versions(),
        **_processor(),
        "cores": os.cpu_count() or 1,
    }


def versions() -> dict[str, str]:
    """Return the version of each of `PACKAGES` that is installed.

    Examples
    --------
    >>> "numpy" in versions()
    True
    """
    return dict(_installed())


def cpu_class(described: dict[str, Any]) -> str:
    """Name the class of a processor: within one, every runtime takes the same kernels and gives the same numbers.

    Parameters
    ----------
    described
        What `environment` returned.

    Examples
    --------
    >>> cpu_class({"architecture": "x86_64", "instruction_sets": ["avx2", "fma"]})
    'x86_64 with avx2, fma'
    >>> cpu_class({"architecture": "riscv64", "instruction_sets": []})
    'riscv64'
    """
    sets = ", ".join(sorted(described["instruction_sets"]))
    return f"{described['architecture']} with {sets}" if sets else str(described["architecture"])


@cache
def _installed() -> tuple[tuple[str, str], ...]:
    """Read the packages' metadata once in a process: that takes a tenth of a second, and every proof asks."""
    found = []
    for name in PACKAGES:
        try:
            found.append((name, metadata.version(name)))
        except metadata.PackageNotFoundError:  # layer 1 runs with numpy alone
            continue
    return tuple(found)


@cache
def _processor() -> dict[str, Any]:
    name, flags = _of_linux() or _asked()
    return {"architecture": platform.machine().lower(), "cpu": name, "instruction_sets": sorted(flags)}


def _of_linux() -> tuple[str, set[str]] | None:
    """Return name and instruction sets as Linux lists them on x86; None elsewhere."""
    if platform.machine() != "x86_64":
        return None
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    rows = (line.partition(":") for line in reversed(text.splitlines()))
    first = {key.strip(): value.strip() for key, _, value in rows}  # of the first processor: the last that is written
    name, flags = first.get("model name"), first.get("flags")
    return (name, set(flags.split()).intersection(INSTRUCTION_SETS)) if name and flags else None


def _asked() -> tuple[str, set[str]]:
    """Return name and instruction sets as py-cpuinfo finds them, in every way that there is: that takes a second."""
    import cpuinfo

    found = cpuinfo.get_cpu_info()
    flags = {_SPELLINGS.get(flag, flag) for flag in found.get("flags", [])}
    return found.get("brand_raw", "unknown"), flags.intersection(INSTRUCTION_SETS)
