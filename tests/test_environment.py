"""What is said about the machine."""

import json
import subprocess
import sys

import pytest

from resnet8doc.environment import (
    INSTRUCTION_SETS,
    PACKAGES,
    _asked,
    _of_linux,
    _processor,
    cpu_class,
    environment,
    versions,
)  # fmt: skip


def test_environment_is_json_and_complete() -> None:
    found = json.loads(json.dumps(environment()))
    assert found["packages"].keys() == set(PACKAGES)
    assert set(found["instruction_sets"]) <= set(INSTRUCTION_SETS)
    assert found["instruction_sets"] == sorted(found["instruction_sets"])
    assert found["cores"] >= 1
    assert found["cpu"] != "unknown"
    assert found["python"] == ".".join(map(str, sys.version_info[:3]))


def test_linux_says_of_the_processor_what_py_cpuinfo_finds() -> None:
    """Which also asks the processor itself, and so may find what the system does not let programs use."""
    name, flags = _asked()
    of_linux = _of_linux()
    assert of_linux is None or (of_linux[0] == name and of_linux[1] <= flags)
    found = _processor()
    assert (found["cpu"], found["instruction_sets"]) == (name, sorted(of_linux[1] if of_linux else flags))


@pytest.mark.parametrize("package", ["numpy", "onnxruntime"])
def test_versions_are_those_of_the_modules(package: str) -> None:
    assert versions()[package] == __import__(package).__version__


def test_processors_that_differ_in_one_instruction_set_differ_in_class() -> None:
    ours = {"architecture": "x86_64", "instruction_sets": ["fma", "avx2"]}
    assert cpu_class(ours) == cpu_class(ours | {"instruction_sets": ["avx2", "fma"]})
    assert cpu_class(ours) != cpu_class(ours | {"instruction_sets": ["avx2", "avx512_vnni", "fma"]})


def test_versions_import_no_framework() -> None:
    code = (
        "import sys; from resnet8doc.environment import versions; versions();"
        "print(sorted({'tensorflow', 'keras', 'torch', 'onnx', 'onnxruntime', 'cpuinfo'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
