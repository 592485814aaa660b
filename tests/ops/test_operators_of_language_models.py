"""Operators of language models and of their exports, against ONNX Runtime: bits, or close."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper

from resnet8doc.errors import UserError
from resnet8doc.extract import load
from resnet8doc.ops import OPERATORS
from resnet8doc.proof._tally import differs

from .agreement import SEEDS, Array, Case, Compare, hold_to_bits, names

MICROSOFT = "com.microsoft"
Inputs = Callable[[np.random.Generator], list[Any]]
Own = tuple[str, Inputs, dict[str, Any], int]


def real(rng: np.random.Generator, *shape: int) -> Array:
    """Return numbers of some sizes."""
    return rng.normal(0, 1, shape).astype(np.float32)


def turned(rng: np.random.Generator, half: int, *, heads: int = 0) -> list[Any]:
    """Return a tensor whose pairs are turned, two tables and positions."""
    shape = (2, 5, heads * 2 * half) if heads else (2, 3, 5, 2 * half)
    return [real(rng, *shape), real(rng, 9, half), real(rng, 9, half), rng.integers(0, 9, (2, 5))]


def of_microsoft(inputs: list[Any]) -> list[Any]:
    """Return the same in the order of com.microsoft."""
    return [inputs[0], inputs[3], *inputs[1:3]]


STANDARD: list[Case] = [
    *(("RotaryEmbedding", lambda rng, h=half: turned(rng, h), {"interleaved": way}, (23,))
      for way in (0, 1) for half in (1, 4, 8, 11, 16, 30)),
    ("RotaryEmbedding", lambda rng: turned(rng, 6, heads=3), {"num_heads": 3}, (23,)),
    ("RotaryEmbedding", lambda rng: [real(rng, 2, 3, 5, 20), *turned(rng, 6)[1:]], {"rotary_embedding_dim": 12}, (23,)),
    ("RotaryEmbedding", lambda rng: [real(rng, 2, 3, 5, 8), real(rng, 2, 5, 4), real(rng, 2, 5, 4)], {}, (23,)),
    ("TensorScatter", lambda rng: [real(rng, 2, 3, 7, 4), real(rng, 2, 3, 2, 4), rng.integers(0, 6, 2)], {}, (24,)),
    ("TensorScatter", lambda rng: [real(rng, 2, 7, 4), real(rng, 2, 3, 4)], {"axis": 1}, (24,)),
    ("TensorScatter", lambda rng: [rng.integers(0, 9, (3, 5, 2)), rng.integers(0, 9, (3, 4, 2)), rng.integers(0, 5, 3)],
     {"mode": "circular"}, (24,)),
    *(("BitCast", lambda rng, kind=kind: [(real(rng, 3, 4) * 9).astype(kind)], {"to": to}, (26,))
      for kind, to in ((np.float32, 6), (np.int64, 11), (np.int8, 2), (np.float16, 5), (np.uint32, 1))),
    *(("MeanVarianceNormalization", lambda rng, s=shape: [real(rng, *s) + np.float32(2)],
       {} if axes is None else {"axes": axes}, (9, 13))
      for shape, axes in (((2, 3, 5, 7), None), ((2, 3, 5), None), ((3, 17), [1]), ((5, 3, 4), [-3, 1]), ((6,), [0]))),
]  # fmt: skip


@pytest.mark.parametrize("case", STANDARD, ids=names(STANDARD))
def test_no_bit_differs(compare: Compare, case: Case) -> None:
    hold_to_bits(compare, case)


def table(rng: np.random.Generator, bits: int, kind: type, *, zeros: bool) -> list[Any]:
    """Return a table of 6 rows of packed codes, rows that are asked for, scales and zero points."""
    length = 5 if bits == 8 else 7
    blocks = -(-length * (8 // bits) // 16)
    packed = rng.integers(0, 256, (6, 2, -(-blocks * bits // 8))).astype(np.uint8)
    return [
        rng.integers(0, 256, (6, 2, length)).astype(np.uint8), rng.integers(-8, 8, (2, 3)),
        real(rng, 6, 2, blocks).astype(kind), *([packed] if zeros else []),
    ]  # fmt: skip


def sentence(rng: np.random.Generator, kind: type, *, segments: bool, mask: bool) -> list[Any]:
    """Return the inputs of QEmbedLayerNormalization, 21 numbers a word."""
    low = np.iinfo(kind).min

    def codes(*shape: int) -> Array:
        return rng.integers(low, low + 256, shape).astype(kind)

    def words(rows: int) -> Array:
        return rng.integers(0, rows, (2, 5)).astype(np.int32)

    scales, zeros = rng.uniform(0.01, 0.3, 5).astype(np.float32), codes(5)
    return [
        words(9), words(2) if segments else None, codes(9, 21), codes(7, 21), codes(2, 21) if segments else None,
        codes(21), codes(21), words(2) if mask else None, *scales[:2], scales[2] if segments else None, *scales[3:],
        *zeros[:2], zeros[2] if segments else None, *zeros[3:],
    ]  # fmt: skip


OWN: list[Own] = [
    *(("RotaryEmbedding", lambda rng, h=half: of_microsoft(turned(rng, h)), {"interleaved": way}, 1)
      for way in (0, 1) for half in (4, 11)),
    ("RotaryEmbedding", lambda rng: [real(rng, 2, 5, 48), np.array([2]), real(rng, 9, 8), real(rng, 9, 8)], {}, 1),
    ("RotaryEmbedding", lambda rng: [real(rng, 2, 5, 60), rng.integers(0, 9, (2, 5)), real(rng, 9, 8), real(rng, 9, 8)],
     {"num_heads": 3, "rotary_embedding_dim": 16}, 1),
    *(("GatherBlockQuantized", lambda rng, b=bits, k=kind, z=zeros: table(rng, b, k, zeros=z),
       {"bits": bits, "block_size": 16, "quantize_axis": 2}, 1)
      for bits in (2, 4, 8) for kind, zeros in ((np.float32, True), (np.float32, False), (np.float16, True))),
    *(("QEmbedLayerNormalization", lambda rng, k=kind, s=both, m=both: sentence(rng, k, segments=s, mask=m),
       {"epsilon": 1e-5}, 2) for kind in (np.int8, np.uint8) for both in (False, True)),
]  # fmt: skip


@pytest.mark.parametrize(("op_type", "generate", "attributes", "outputs"), OWN,
                         ids=[f"{n}-{case[0]}" for n, case in enumerate(OWN)])  # fmt: skip
def test_no_bit_of_onnxruntimes_own_differs(
    compare: Compare, op_type: str, generate: Inputs, attributes: dict[str, Any], outputs: int
) -> None:
    for seed in range(SEEDS):
        given = generate(np.random.default_rng(seed))
        pairs = compare(op_type, given, domain=MICROSOFT, opset=17, outputs=outputs, **attributes)
        assert len(pairs) == outputs
        for expected, found in pairs:
            assert (found.dtype, found.shape) == (expected.dtype, expected.shape)
            assert not differs(found, expected).any(), f"{op_type}, seed {seed}"


def qkv(rng: np.random.Generator, keys: int = 5, size: int = 4) -> list[Any]:
    """Return queries, keys and values of two heads."""
    return [real(rng, 2, 5, 8), real(rng, 2, keys, 8), real(rng, 2, keys, 2 * size)]


def hidden(rng: np.random.Generator, *shape: int) -> Array:
    """Return what may be read, 1, and what may not."""
    return rng.integers(0, 2, shape).astype(np.int32)


def past(rng: np.random.Generator, steps: int = 3) -> list[Any]:
    """Return keys and values that came before."""
    return [real(rng, 2, 2, steps, 4), real(rng, 2, 2, steps, 4)]


def grouped(rng: np.random.Generator, new: int, before: int, *, capacity: int = 0, packed: bool = False,
            turned: bool = False, ends: list[int] | None = None) -> list[Any]:  # fmt: skip
    """Return the inputs of GroupQueryAttention: 4 heads of 16 numbers that share 2 keys, up to the tables of turns."""
    total = new + before
    items = 1 if before and new > 1 else 2
    cache = [real(rng, items, 2, capacity or before, 16) for _ in range(2)] if capacity or before else [None, None]
    three = (
        [real(rng, items, new, 128), None, None]
        if packed
        else [real(rng, items, new, 64), real(rng, items, new, 32), real(rng, items, new, 32)]
    )
    lengths = np.array(ends or [total] * items, np.int32) - np.int32(1)
    tables = [real(rng, 20, 8), real(rng, 20, 8)] if turned else [None, None]
    return [*three, *cache, lengths, np.array([total], np.int32), *tables]


HEADS = {"num_heads": 2}
GROUPS = {"num_heads": 4, "kv_num_heads": 2}
CLOSE: list[Own] = [
    ("MultiHeadAttention", qkv, HEADS, 1),
    ("MultiHeadAttention", lambda rng: qkv(rng, 7, 6), {**HEADS, "scale": 0.3}, 3),
    *(("MultiHeadAttention", lambda rng, k=keys: qkv(rng, k), {**HEADS, "unidirectional": 1}, 1) for keys in (3, 5, 7)),
    ("MultiHeadAttention", lambda rng: [*qkv(rng, 7, 6), real(rng, 28)], HEADS, 3),
    *(("MultiHeadAttention", lambda rng, s=shape: [*qkv(rng), None, hidden(rng, *s), real(rng, 1, 2, 5, 5)],
       {**HEADS, "mask_filter_value": -3.0, "unidirectional": way}, 3)
      for shape in ((2,), (8,), (2, 5), (2, 5, 5)) for way in (0, 1)),
    ("MultiHeadAttention", lambda rng: [*qkv(rng), None, None, real(rng, 2, 1, 5, 5)], HEADS, 1),
    *(("MultiHeadAttention", lambda rng: [*qkv(rng), None, hidden(rng, 2, 8), None, *past(rng)],
       {**HEADS, "unidirectional": way}, 3) for way in (0, 1)),
    ("MultiHeadAttention", lambda rng: [real(rng, 2, 5, 8), *past(rng, 7), real(rng, 24)], HEADS, 3),
    *(("GroupQueryAttention", lambda rng, p=packed, t=turned: grouped(rng, 4, 0, packed=p, turned=t),
       {**GROUPS, "do_rotary": int(turned)}, 3) for packed in (False, True) for turned in (False, True)),
    ("GroupQueryAttention", lambda rng: grouped(rng, 3, 5, turned=True, packed=True),
     {**GROUPS, "do_rotary": 1, "rotary_interleaved": 1}, 3),
    ("GroupQueryAttention", lambda rng: grouped(rng, 1, 5, capacity=9, turned=True, ends=[3, 6]),
     {**GROUPS, "do_rotary": 1, "scale": 0.7}, 3),
    *(("GroupQueryAttention", lambda rng: grouped(rng, 5, 0, capacity=8, turned=True, ends=[2, 5]),
       {**GROUPS, "do_rotary": 1, "local_window_size": window, **more}, 3)
      for window in (-1, 2) for more in ({}, {"softcap": 1.5}, {"smooth_softmax": 1})),
    ("GroupQueryAttention", lambda rng: [*grouped(rng, 4, 0), None, real(rng, 1, 4, 4, 4), real(rng, 4)], GROUPS, 3),
    ("GroupQueryAttention", lambda rng: grouped(rng, 4, 0), {**GROUPS, "causal": 0}, 3),
    *(("GroupQueryAttention",
       lambda rng, b=before: [*grouped(rng, 3, b, turned=True), rng.integers(0, 9, (1 if b else 2, 3))],
       {**GROUPS, "do_rotary": 1}, 3) for before in (0, 2)),
]  # fmt: skip


@pytest.mark.parametrize(("op_type", "generate", "attributes", "outputs"), CLOSE,
                         ids=[f"{n}-{case[0]}" for n, case in enumerate(CLOSE)])  # fmt: skip
def test_only_last_bits_differ(
    compare: Compare, op_type: str, generate: Inputs, attributes: dict[str, Any], outputs: int
) -> None:
    assert OPERATORS[MICROSOFT, op_type].exact is not True
    for seed in range(SEEDS):
        given = generate(np.random.default_rng(seed))
        pairs = compare(op_type, given, domain=MICROSOFT, opset=17, outputs=outputs, **attributes)
        assert len(pairs) == outputs
        for number, (expected, found) in enumerate(pairs):
            assert (found.dtype, found.shape) == (expected.dtype, expected.shape)
            if number and not attributes.get("do_rotary"):
                assert not differs(found, expected).any(), "what is kept is only moved"
            np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5)


def standard(rng: np.random.Generator, *, mask: str = "", before: int | None = None, flat: bool = False,
             ends: bool = False, steps: int = 4) -> list[Any]:  # fmt: skip
    """Return the inputs of Attention: 4 heads of 8 numbers, 2 of keys, 2 of values with 6 numbers, 5 keys."""
    shapes = ((4, steps, 8), (2, 5, 8), (2, 5, 6))
    three = [real(rng, 2, *shape) for shape in shapes]
    if flat:
        three = [one.transpose(0, 2, 1, 3).reshape(2, one.shape[2], -1) for one in three]
    whole = 5 + (before or 0)
    past = [None, None] if before is None else [real(rng, 2, 2, before, 8), real(rng, 2, 2, before, 6)]
    masks = {
        "": lambda: None, "bool": lambda: rng.integers(0, 4, (2, 1, steps, whole)) > 1,
        "real": lambda: real(rng, 4, steps, whole),
        "infinite": lambda: np.where(rng.integers(0, 2, (steps, whole)) > 0, np.float32(-np.inf), np.float32(1)),
    }  # fmt: skip
    given = [*three, masks[mask](), *past, rng.integers(0, 6, 2) if ends else None]
    return given[: 1 + max(n for n, one in enumerate(given) if one is not None)]


STANDARD_HEADS: list[Case] = [
    *(("Attention", lambda rng, m=mask, f=flat: standard(rng, mask=m, flat=f),
       {"is_causal": way, "softcap": cap, **({"q_num_heads": 4, "kv_num_heads": 2} if flat else {})}, (23, 24))
      for mask in ("", "bool", "real", "infinite")
      for flat, way, cap in ((False, 0, 0.0), (True, 1, 0.0), (False, 1, 1.5))),
    *(("Attention", lambda rng, b=before, s=steps: standard(rng, mask="bool", before=b, steps=s), {"is_causal": 1},
       (23,))
      for before, steps in ((0, 4), (3, 4), (3, 1))),
    *(("Attention", lambda rng, s=steps: standard(rng, ends=True, steps=s), {"is_causal": way, "scale": 0.7}, (24,))
      for steps in (1, 4, 7) for way in (0, 1)),
]  # fmt: skip


@pytest.mark.parametrize("mode", range(4))
@pytest.mark.parametrize("case", STANDARD_HEADS, ids=names(STANDARD_HEADS))
def test_the_heads_of_the_standard(compare: Compare, case: Case, mode: int) -> None:
    op_type, generate, attributes, opsets = case
    for opset in opsets:
        for seed in range(4):
            given = generate(np.random.default_rng(seed))
            pairs = compare(op_type, given, opset=opset, outputs=4, qk_matmul_output_mode=mode, **attributes)
            assert len(pairs) == 4
            for number, (expected, found) in enumerate(pairs):
                assert (found.dtype, found.shape) == (expected.dtype, expected.shape)
                if number in (1, 2):
                    assert not differs(found, expected).any(), "what is kept is only moved"
                np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("zeros", [False, True])
@pytest.mark.parametrize(("kind", "low"), [(TensorProto.INT4, -8), (TensorProto.UINT4, 0)])
def test_a_table_of_codes_of_4_bits_is_read_from_its_file(tmp_path: Path, kind: int, low: int, zeros: bool) -> None:
    """Its codes are stored one in a byte: whether they are packed, the graph knows from the file."""
    rng = np.random.default_rng(3)
    scales = real(rng, 40, 2)
    stored = [helper.make_tensor("data", kind, (40, 20), rng.integers(low, low + 16, 800).tolist()),
              numpy_helper.from_array(scales, "scales")]  # fmt: skip
    if zeros:
        stored.append(helper.make_tensor("zeros", kind, (40, 2), rng.integers(low, low + 16, 80).tolist()))
    node = helper.make_node("GatherBlockQuantized", ["data", "i", "scales", *(["zeros"] if zeros else [])], ["y"],
                            domain=MICROSOFT, block_size=16)  # fmt: skip
    graph = helper.make_graph(
        [node], "table", [helper.make_tensor_value_info("i", TensorProto.INT64, ["n"])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["n", 20])], stored,
    )  # fmt: skip
    opsets = [helper.make_opsetid("", 21), helper.make_opsetid(MICROSOFT, 1)]
    onnx.save(helper.make_model(graph, opset_imports=opsets, ir_version=10), tmp_path / "table.onnx")
    session = onnxruntime.InferenceSession(tmp_path / "table.onnx", providers=["CPUExecutionProvider"])
    rows = np.array([0, 39, -2, 40, 17])
    found = load(tmp_path / "table.onnx").run({"i": rows})["y"]
    np.testing.assert_array_equal(found, session.run(None, {"i": rows})[0])


def test_a_past_without_a_present_is_refused(tmp_path: Path) -> None:
    """ONNX Runtime refuses it in some of these operators, and reads memory that nobody wrote in the others."""
    names = ["q", "k", "v", "", "", "", "past_key", "past_value"]
    shapes = [[1, 2, 8]] * 3 + [[1, 2, 3, 4]] * 2
    fed = [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
           for name, shape in zip(filter(None, names), shapes, strict=True)]  # fmt: skip
    for outputs in (["y"], ["y", "present_key"], ["y", "", "present_value"]):
        node = helper.make_node("MultiHeadAttention", names, outputs, domain=MICROSOFT, num_heads=2)
        made = [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, 2, 8])]
        graph = helper.make_graph([node], "heads", fed, made)
        opsets = [helper.make_opsetid("", 17), helper.make_opsetid(MICROSOFT, 1)]
        onnx.save(helper.make_model(graph, opset_imports=opsets, ir_version=8), tmp_path / "heads.onnx")
        with pytest.raises(UserError, match=r"reads past_(key|value) and gives no present_(key|value); expected both"):
            load(tmp_path / "heads.onnx")


ONE = np.ones((1, 2, 8), np.float32)
END, TOTAL = np.array([1], np.int32), np.array(2, np.int32)
ROW = np.array([[0, 1]])
REFUSED: list[tuple[str, str, list[Any], dict[str, Any], str]] = [
    ("", "RotaryEmbedding", [ONE, ONE[0], ONE[0], ROW], {}, "num_heads is 0; expected"),
    ("", "RotaryEmbedding", [ONE[None], ONE[0], ONE[0], ROW], {}, "cos_cache has shape .*4 numbers for each position"),
    ("", "RotaryEmbedding", [ONE[None], ONE[0], ONE[0], ROW + 1], {}, "reach 2; expected .*from 0 to 1"),
    ("", "RotaryEmbedding", [ONE[None], ONE[0], ONE[0]], {}, "where no position is given"),
    ("", "TensorScatter", [ONE, ONE[:, :1]], {"axis": 0}, "axis is 0 of 3"),
    ("", "TensorScatter", [ONE, ONE[..., :1]], {}, "shapes that differ along axis -2 alone"),
    ("", "TensorScatter", [ONE, ONE[:, :1], np.array([2])], {}, r"write_indices are \[2\] and 1 steps are new"),
    ("", "BitCast", [ONE], {"to": 7}, "input is float32 and to is 7; expected a type of as many bits"),
    ("", "Attention", [ONE, ONE, ONE], {}, r"Q has shape \[1, 2, 8\]"),
    ("", "Attention", [ONE[None], ONE[None], ONE[None], np.ones((3, 2), bool)], {}, r"attn_mask is bool \[3, 2\]"),
    ("", "Attention", [ONE[None], ONE[None], ONE[None], None, None, None, np.array([3])], {}, "from 0 to 2, and no"),
    ("", "Attention", [ONE[None]] * 3, {"qk_matmul_output_mode": 4}, "qk_matmul_output_mode is 4"),
    (MICROSOFT, "MultiHeadAttention", [ONE], {"num_heads": 2}, "no kernel for packed tensors"),
    (MICROSOFT, "MultiHeadAttention", [ONE, ONE, ONE], {"num_heads": 3}, r"query has shape \[1, 2, 8\]"),
    (MICROSOFT, "MultiHeadAttention", [ONE, ONE, ONE, None, np.ones((3, 3), np.int32)], {"num_heads": 2},
     r"key_padding_mask has shape \[3, 3\]"),
    (MICROSOFT, "MultiHeadAttention", [ONE, ONE, ONE, None, None, ONE], {"num_heads": 2}, "attention_bias has shape"),
    (MICROSOFT, "MultiHeadAttention", [ONE, ONE, ONE, *[None] * 5, TOTAL], {"num_heads": 2}, "past_sequence_length"),
    (MICROSOFT, "GroupQueryAttention", [ONE, ONE, ONE, None, None, END, TOTAL], {"num_heads": 1, "kv_num_heads": 2},
     "num_heads is 1 and kv_num_heads 2"),
    (MICROSOFT, "GroupQueryAttention", [ONE, ONE, ONE, None, None, END + 1, TOTAL], {"num_heads": 1, "kv_num_heads": 1},
     r"seqlens_k is \[2\]"),
    (MICROSOFT, "GroupQueryAttention", [ONE, ONE, ONE, None, None, END, TOTAL, *[None] * 5, ONE],
     {"num_heads": 1, "kv_num_heads": 1}, "k_scale is given"),
    (MICROSOFT, "GroupQueryAttention", [ONE, ONE, ONE, None, None, END, TOTAL],
     {"num_heads": 1, "kv_num_heads": 1, "local_window_size": 2, "causal": 0}, "local_window_size is 2 and causal 0"),
    (MICROSOFT, "GatherBlockQuantized", [np.ones((2, 8), np.uint8), ROW, np.ones((2, 1), np.float32)],
     {"block_size": 16, "gather_axis": 1}, "gather_axis 1"),
    (MICROSOFT, "GatherBlockQuantized", [np.ones((2, 8), np.uint8), ROW, np.ones((2, 2), np.float32)],
     {"block_size": 16}, r"scales is float32 \[2, 2\]; expected float32 \[2, 1\]"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("domain", "op_type", "inputs", "attributes", "said"), REFUSED, ids=[f"{n}-{c[1]}" for n, c in enumerate(REFUSED)]
)
def test_what_cannot_be_computed_is_said(
    domain: str, op_type: str, inputs: list[Any], attributes: dict[str, Any], said: str
) -> None:
    operator = OPERATORS[domain, op_type]
    given = dict(zip(operator.inputs, inputs, strict=False))
    with pytest.raises(UserError, match=said):
        operator.function(**given, **attributes)
