"""Which processor computes how."""

import pytest

from resnet8doc.proof import machine


@pytest.mark.parametrize(
    ("architecture", "sets", "saturates", "proven"),
    [
        ("x86_64", ["avx2", "fma"], True, True),
        ("x86_64", ["avx2", "avx512bw", "avx512f", "avx512vl", "fma"], True, True),
        ("x86_64", ["avx2", "avx512_vnni", "fma"], False, True),
        ("amd64", ["avx2", "avx_vnni", "fma"], False, True),
        ("x86_64", [], False, False),
        ("aarch64", ["asimd", "asimddp"], False, False),
    ],
)
def test_classes(architecture: str, sets: list[str], saturates: bool, proven: bool) -> None:
    found = machine({"architecture": architecture, "instruction_sets": sets})
    assert (found.saturates_pairs, found.proven) == (saturates, proven)
    assert found.saturates_pairs is saturates
