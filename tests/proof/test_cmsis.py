"""The record of CMSIS-NN is whole and has no mismatch; what cannot be compared is refused, with what would help.

CMSIS-NN is not here. A folder of the tests' own stands in where only its outline counts: what is chosen, compiled,
refused, and that a wrong result is counted.
"""

import json
import sys
from pathlib import Path
from subprocess import run

import numpy as np
import pytest

from resnet8doc.errors import UserError
from resnet8doc.graph import Graph
from resnet8doc.hardware.c import compiler
from resnet8doc.proof.cmsis import FUNCTIONS, GENERATORS, RECORD, Library, differing, open_source, read_record
from resnet8doc.proof.cmsis._operators import CODES, OPERATORS
from resnet8doc.proof.cmsis._run import _operator, bounds_of
from resnet8doc.proof.cmsis._single import compute_once
from resnet8doc.reading.tflite import read
from resnet8doc.runtimes import TFLITE_BUILTIN_ARM, TFLITE_MICRO

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "runtimes" / "tflite.md"

TYPES = """
#include <stdint.h>
#include <stddef.h>
typedef int32_t arm_cmsis_nn_status;
enum { ARM_CMSIS_NN_SUCCESS = 0 };
typedef struct { void *buf; int32_t size; } cmsis_nn_context;
typedef struct { int32_t n, h, w, c; } cmsis_nn_dims;
typedef struct { int32_t w, h; } cmsis_nn_tile;
typedef struct { int32_t min, max; } cmsis_nn_activation;
typedef struct { int32_t *multiplier, *shift; } cmsis_nn_per_channel_quant_params;
typedef struct { int32_t multiplier, shift; } cmsis_nn_per_tensor_quant_params;
typedef struct { int32_t input_offset, output_offset; cmsis_nn_tile stride, padding, dilation;
                 cmsis_nn_activation activation; } cmsis_nn_conv_params;
typedef struct { int32_t input_offset, output_offset, ch_mult; cmsis_nn_tile stride, padding, dilation;
                 cmsis_nn_activation activation; } cmsis_nn_dw_conv_params;
typedef struct { cmsis_nn_tile stride, padding; cmsis_nn_activation activation; } cmsis_nn_pool_params;
typedef struct { int32_t input_offset, filter_offset, output_offset;
                 cmsis_nn_activation activation; } cmsis_nn_fc_params;
typedef const cmsis_nn_dims shape_t;
"""

TENSORS = "shape_t *, const int8_t *, shape_t *, const int8_t *, shape_t *, const int32_t *, shape_t *, int8_t *"
PER_CHANNEL = f"const cmsis_nn_per_channel_quant_params *, {TENSORS}"
POOL = (
    "const cmsis_nn_context *, const cmsis_nn_pool_params *, shape_t *, const int8_t *, shape_t *, shape_t *, int8_t *"
)
INT = "const int32_t"
ELEMENTS = "const int8_t *, const int8_t *"


def _ints(count: int) -> str:
    return ", ".join([INT] * count)


PARAMETERS = {
    "arm_convolve_wrapper_s8": f"const cmsis_nn_context *, const cmsis_nn_conv_params *, {PER_CHANNEL}",
    "arm_convolve_wrapper_s8_get_buffer_size": "const cmsis_nn_conv_params *, shape_t *, shape_t *, shape_t *",
    "arm_depthwise_conv_wrapper_s8": f"const cmsis_nn_context *, const cmsis_nn_dw_conv_params *, {PER_CHANNEL}",
    "arm_depthwise_conv_wrapper_s8_get_buffer_size": "const cmsis_nn_dw_conv_params *, shape_t *, shape_t *, shape_t *",
    "arm_fully_connected_s8":
        f"const cmsis_nn_context *, const cmsis_nn_fc_params *, const cmsis_nn_per_tensor_quant_params *, {TENSORS}",
    "arm_fully_connected_s8_get_buffer_size": "shape_t *",
    "arm_avgpool_s8": POOL,
    "arm_avgpool_s8_get_buffer_size": "const int, const int",
    "arm_max_pool_s8": POOL,
    "arm_elementwise_add_s8": f"{ELEMENTS}, {_ints(7)}, int8_t *, {_ints(6)}",
    "arm_elementwise_mul_s8": f"{ELEMENTS}, {_ints(2)}, int8_t *, {_ints(6)}",
    "arm_softmax_s8": f"const int8_t *, {_ints(5)}, int8_t *",
}  # fmt: skip
VOID = ("arm_softmax_s8",)


def _result(name: str) -> str:
    return "void" if name in VOID else "int32_t" if name.endswith("_size") else "arm_cmsis_nn_status"


def _named(parameters: str) -> str:
    return ", ".join(f"{kind} p{number}" for number, kind in enumerate(parameters.split(", ")))


@pytest.fixture
def outline(tmp_path: Path) -> Path:
    """Return a folder with the outline of CMSIS-NN, whose functions write nothing."""
    folder = tmp_path / "CMSIS-NN"
    (folder / "Include").mkdir(parents=True)
    prototypes = [f"{_result(name)} {name}({parameters});" for name, parameters in PARAMETERS.items()]
    (folder / "Include" / "arm_nnfunctions.h").write_text(
        "/* $Date:        1 April 2025\n * $Revision:    V.1.2.3\n */\n#pragma once\n" + TYPES + "\n".join(prototypes)
    )
    for name, parameters in PARAMETERS.items():
        home = folder / "Source" / "Functions"
        home.mkdir(parents=True, exist_ok=True)
        body = "" if name in VOID else "return arm_nn_status();"
        unused = " ".join(f"(void)p{number};" for number in range(parameters.count(", ") + 1))
        (home / f"{name}.c").write_text(
            f'#include "arm_nnfunctions.h"\nint32_t arm_nn_status(void);\n'
            f"{_result(name)}\n{name}({_named(parameters)})\n{{ {unused} {body} }}\n"
        )
    support = folder / "Source" / "Support"
    support.mkdir()
    (support / "arm_status.c").write_text("#include <stdint.h>\nint32_t arm_nn_status(void) {\n    return 0;\n}\n")
    (support / "arm_other_s16.c").write_text("/* arm_softmax_s8 */\nint arm_other_s16(void) {\n    return 1;\n}\n")
    return folder


def test_the_record_is_of_every_operator_in_both_ways_and_has_no_mismatch() -> None:
    record = read_record()
    assert [row["name"] for row in record["operators"]] == list(GENERATORS)
    assert {row["op_type"] for row in record["network"]} == set(OPERATORS) - {"QLinearMul", "MaxPool"}
    assert differing(record) == 0
    assert all(row["values"] >= 1_000_000 for row in record["operators"])
    assert record["source"]["release"]
    assert set(record["source"]["revisions"]["arm_nnsupportfunctions.h"]) == {"revision", "date"}
    compiled = [name for name in record["source"]["files"] if name.endswith(".c")]
    assert {f"{name}.c" for name in FUNCTIONS if not name.endswith("_size")} <= {Path(name).name for name in compiled}
    assert len(RECORD.read_text()) < 20_000


def test_of_the_record_the_text_says_which_operators_round_once() -> None:
    """Where rounding once changes a byte, in which no code of Micro's would be left unseen."""
    rows = {row["name"]: row for row in read_record()["operators"]}
    assert {name for name, row in rows.items() if not row["once_unlike_micro"]} == {
        "AVERAGE_POOL_2D", "MAX_POOL_2D", "SOFTMAX",
    }  # fmt: skip
    as_on_arm = {name for name, row in rows.items() if not row["once_unlike_arm"]}
    assert as_on_arm == {name for name in rows if name.startswith("CONV_2D")} | {"AVERAGE_POOL_2D", "MAX_POOL_2D"}
    assert 0 < rows["FULLY_CONNECTED"]["once_unlike_arm"] < 10


def test_a_record_that_is_not_by_its_schema_is_refused(tmp_path: Path) -> None:
    record = read_record()
    del record["compiler"]
    path = tmp_path / "record.json"
    path.write_text(json.dumps(record))
    with pytest.raises(UserError, match=r"'compiler' is a required property.*nox -s cmsis"):
        read_record(path)


def test_the_page_shows_the_record_and_says_how_to_make_it() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert "nox -s cmsis -- --source FOLDER" in text
    assert "did not record" not in text
    assert "assert differing(cmsis) == 0" in text
    for name in FUNCTIONS:
        assert name.endswith("_size") or f"`{name}`" in text


def test_the_command_prints_a_sentence() -> None:
    done = run(
        [sys.executable, "-m", "resnet8doc.proof.cmsis"], cwd=ROOT, capture_output=True, text=True, check=False
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr.startswith("error: no folder is named; expected the folder of CMSIS-NN: nothing is downloaded.")


@pytest.mark.parametrize("name", ["tests", "no-such"])
def test_a_folder_that_is_none_of_cmsis_nn_is_refused(name: str) -> None:
    with pytest.raises(UserError, match=rf"{name} has no Include/arm_nnfunctions\.h; expected a folder of CMSIS-NN\."):
        open_source(ROOT / name)


def test_what_is_compiled_is_what_the_functions_need(outline: Path) -> None:
    source = open_source(outline)
    names = {path.name for path in source.files}
    assert names == {*(f"{name}.c" for name in FUNCTIONS), "arm_status.c"}
    assert "Include/arm_nnfunctions.h" in source.hashes()
    assert source.revisions() == {"arm_nnfunctions.h": {"revision": "V.1.2.3", "date": "1 April 2025"}}
    assert source.commit() is None


def test_of_a_checkout_the_commit_is_recorded(outline: Path) -> None:
    who = ["-c", "user.name=a", "-c", "user.email=a@b"]
    for command in (["init", "-q"], ["add", "-A"], [*who, "commit", "-q", "--no-gpg-sign", "-m", "outline"]):
        run(["git", "-C", str(outline), *command], check=True, capture_output=True)
    assert len(open_source(outline).commit() or "") == 40


def test_a_missing_function_is_named(outline: Path) -> None:
    (outline / "Source" / "Functions" / "arm_max_pool_s8.c").unlink()
    with pytest.raises(UserError, match=r"CMSIS-NN has no arm_max_pool_s8; expected the public functions"):
        open_source(outline)


def test_a_function_with_other_parameters_is_quoted(outline: Path, tmp_path: Path) -> None:
    header = outline / "Include" / "arm_nnfunctions.h"
    header.write_text(header.read_text().replace("size(const int, const int)", "size(const int)"))
    with pytest.raises(UserError, match=r"the C compiler refuses CMSIS-NN with the harness \(.*arm_avgpool_s8"):
        Library(open_source(outline), tmp_path / "one.so", single=False)


def test_a_function_that_they_call_and_no_file_defines_is_named(outline: Path, tmp_path: Path) -> None:
    (outline / "Source" / "Support" / "arm_status.c").unlink()
    with pytest.raises(UserError, match=r"arm_nn_status"):
        Library(open_source(outline), tmp_path / "one.so", single=False)


def test_without_a_compiler_it_says_so(outline: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CC", "no-such-cc")
    with pytest.raises(UserError, match=r"the C compiler no-such-cc cannot be started .*variable CC"):
        Library(open_source(outline), tmp_path / "one.so", single=False)


def test_a_build_for_other_instructions_is_refused(
    outline: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CC", " ".join([*compiler(), "-DARM_MATH_DSP"]))
    with pytest.raises(UserError, match=r"compile portable C, for a host"):
        Library(open_source(outline), tmp_path / "one.so", single=False)


def test_another_status_than_success_is_a_sentence(outline: Path, tmp_path: Path) -> None:
    support = outline / "Source" / "Support" / "arm_status.c"
    support.write_text(support.read_text().replace("return 0", "return -1"))
    library = Library(open_source(outline), tmp_path / "one.so", single=False)
    with pytest.raises(UserError, match="CMSIS-NN answers run_add with status -1; expected 0, success"):
        _operator("ADD", tmp_path / "one.tflite", 10, (library, library))


def test_wrong_results_are_counted(outline: Path, tmp_path: Path) -> None:
    """Functions that write nothing are found out, each of them."""
    source = open_source(outline)
    libraries = tuple(Library(source, tmp_path / f"{single}.so", single=single) for single in (False, True))
    for name in GENERATORS:
        row = _operator(name, tmp_path / "one.tflite", 10, libraries)
        assert row["mismatches"] > row["values"] / 2, name
        assert row["once_mismatches"] > row["values"] / 2, name
        assert differing({"network": [], "operators": [row]}) > row["values"]


@pytest.mark.parametrize("name", GENERATORS)
def test_rounded_once_is_another_arithmetic_just_where_the_page_says(name: str, tmp_path: Path) -> None:
    rng, seen, unlike = np.random.default_rng(5), 0, 0
    while seen < 20_000:
        path = tmp_path / "one.tflite"
        case = GENERATORS[name](rng, "powers of two")
        path.write_bytes(case.content)
        reading = read(path)
        graph = Graph.from_parts(reading.operations, reading.tensors)
        fed = {entry.name: value for entry, value in zip(graph.inputs, case.inputs, strict=True)}
        values = dict(fed) | graph.run(fed, "all", runtime=TFLITE_MICRO)
        node = next(node for node in graph.nodes if node.op_type in OPERATORS)
        once = compute_once(graph, node, values)
        unlike += int(np.count_nonzero(once != values[node.output]))
        seen += once.size
        if name.startswith("CONV_2D"):
            np.testing.assert_array_equal(once, graph.compute(node, values, TFLITE_BUILTIN_ARM))
        assert once.dtype == np.int8
        assert bounds_of(graph, node) == CODES or any(other.op_type == "Clip" for other in graph.nodes)
    assert bool(unlike) == (name not in ("AVERAGE_POOL_2D", "MAX_POOL_2D", "SOFTMAX"))
