"""ONNX Runtime's own operators, which its optimisers put into other people's networks, against it."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from resnet8doc.errors import UserError
from resnet8doc.ops import OPERATORS
from resnet8doc.proof._tally import differs

MICROSOFT = "com.microsoft"
Array = np.ndarray[Any, Any]
Compare = Callable[..., list[tuple[Array, Array]]]
Inputs = Callable[[np.random.Generator], list[Any]]
Case = tuple[str, Inputs, dict[str, Any], int]


def real(rng: np.random.Generator, *shape: int) -> Array:
    """Return numbers of some sizes."""
    return rng.normal(0, 1, shape).astype(np.float32)


def blocks(rng: np.random.Generator, bits: int, zeros: str) -> list[Any]:
    """Return a factor, packed codes of 3 blocks of 16 for 5 columns, scales and zero points."""
    codes = rng.integers(0, 256, (5, 3, 16 * bits // 8)).astype(np.uint8)
    packed = rng.integers(0, 256, 5 * -(-3 * bits // 8)).astype(np.uint8)
    zero = {"none": None, "packed": packed, "real": rng.uniform(0, 15, (5, 3)).astype(np.float32)}[zeros]
    return [real(rng, 2, 3, 40), codes, np.abs(real(rng, 5, 3)) + np.float32(0.01), *([] if zero is None else [zero])]


def sentence(rng: np.random.Generator, *, segments: bool, mask: bool) -> list[Any]:
    """Return the inputs of EmbedLayerNormalization."""
    ids = rng.integers(0, 9, (2, 5)).astype(np.int32)
    return [
        ids, rng.integers(0, 2, (2, 5)).astype(np.int32) if segments else None, real(rng, 9, 8), real(rng, 7, 8),
        real(rng, 2, 8) if segments else None, real(rng, 8), real(rng, 8),
        *([rng.integers(0, 2, (2, 5)).astype(np.int32)] if mask else []),
    ]  # fmt: skip


MASKS: dict[str, Callable[[np.random.Generator], Any]] = {
    "none": lambda rng: None,
    "ends": lambda rng: rng.integers(1, 6, 2).astype(np.int32),
    "ends and starts": lambda rng: np.array([5, 4, 0, 2], np.int32),
    "words": lambda rng: np.maximum(rng.integers(0, 2, (2, 5)), np.arange(5) == 0).astype(np.int32),
    "pairs": lambda rng: np.maximum(rng.integers(0, 2, (2, 5, 5)), np.eye(5, dtype=int)).astype(np.int32),
}


def heads(rng: np.random.Generator, mask: str) -> list[Any]:
    """Return the inputs of Attention."""
    return [real(rng, 2, 5, 8), real(rng, 8, 24), real(rng, 24), MASKS[mask](rng)]


def heads_of_codes(rng: np.random.Generator, mask: str, *, channels: bool) -> list[Any]:
    """Return the inputs of QAttention."""
    scale = rng.uniform(0.005, 0.02, 24 if channels else ()).astype(np.float32)
    zero = np.zeros(24, np.int8) if channels else np.int8(3)
    return [
        rng.integers(0, 256, (2, 5, 8)).astype(np.uint8), rng.integers(-128, 128, (8, 24)).astype(np.int8),
        real(rng, 24), np.float32(0.02), scale, MASKS[mask](rng), np.uint8(120), zero,
    ]  # fmt: skip


CLOSE: list[Case] = [
    ("FusedMatMul", lambda rng: [real(rng, 2, 3, 4), real(rng, 2, 4, 5)], {"alpha": 0.3}, 1),
    ("FusedMatMul", lambda rng: [real(rng, 2, 4, 3), real(rng, 2, 5, 4)], {"transA": 1, "transB": 1}, 1),
    ("FusedMatMul", lambda rng: [real(rng, 3, 2, 4), real(rng, 2, 4, 5)], {"transBatchA": 1}, 1),
    *(("FusedGemm", lambda rng: [real(rng, 3, 4), real(rng, 4, 5), real(rng, 5)],
       {"activation": name, "activation_alpha": 0.2, "activation_beta": 0.4}, 1)
      for name in ("Relu", "Tanh", "Sigmoid", "LeakyRelu", "HardSigmoid")),
    *(("FusedConv", lambda rng: [real(rng, 1, 2, 5, 6), real(rng, 3, 2, 3, 3), real(rng, 3)],
       {"activation": name, "activation_params": parameters}, 1)
      for name, parameters in (
          ("Relu", [0.0]), ("LeakyRelu", [0.1]), ("Clip", [-0.5, 1.5]), ("HardSigmoid", [0.2, 0.4]), ("Tanh", [0.0]),
          ("Sigmoid", [0.0]),
      )),
    ("FusedConv", lambda rng: [real(rng, 1, 2, 5, 6), real(rng, 3, 2, 3, 3), real(rng, 3), real(rng, 1, 3, 3, 4)],
     {"activation": "Relu"}, 1),
    ("SkipLayerNormalization", lambda rng: [real(rng, 2, 3, 8), real(rng, 2, 3, 8), *real(rng, 3, 8)],
     {"epsilon": 1e-5}, 4),
    ("SkipLayerNormalization", lambda rng: [real(rng, 2, 3, 8), real(rng, 2, 3, 8), real(rng, 8)], {}, 1),
    ("SkipSimplifiedLayerNormalization", lambda rng: [real(rng, 2, 3, 8), real(rng, 2, 3, 8), *real(rng, 2, 8)],
     {"epsilon": 1e-5}, 4),
    *(("EmbedLayerNormalization", lambda rng, s=s, m=m: sentence(rng, segments=s, mask=m), {"epsilon": 1e-5}, 2)
      for s in (False, True) for m in (False, True)),
    *(("MatMulNBits", lambda rng, b=bits, z=zeros: blocks(rng, b, z),
       {"K": 40, "N": 5, "block_size": 16, "bits": bits, "accuracy_level": level}, 1)
      for level in (0, 4)
      for bits, zeros in ((2, "none"), (4, "none"), (4, "packed"), (4, "real"), (8, "none"), (8, "packed"))),
    *(("Attention", lambda rng, m=mask: heads(rng, m), {"num_heads": 2, "unidirectional": way}, 1)
      for mask in MASKS for way in (0, 1)),
    ("Attention", lambda rng: [*heads(rng, "none"), real(rng, 2, 2, 2, 3, 4)], {"num_heads": 2, "scale": 0.7}, 2),
    *(("QAttention", lambda rng, m=mask, c=channels: heads_of_codes(rng, m, channels=c), {"num_heads": 2}, 1)
      for mask in ("none", "ends", "words") for channels in (False, True)),
]  # fmt: skip


@pytest.mark.parametrize(
    ("op_type", "generate", "attributes", "outputs"), CLOSE, ids=[f"{n}-{case[0]}" for n, case in enumerate(CLOSE)]
)
def test_only_last_bits_differ(
    compare: Compare, op_type: str, generate: Inputs, attributes: dict[str, Any], outputs: int
) -> None:
    assert OPERATORS[MICROSOFT, op_type].exact is not True
    skipped = (1, 2) if "Skip" in op_type else ()  # the CPU leaves mean and deviation unwritten
    for seed in range(8):
        given = generate(np.random.default_rng(seed))
        pairs = compare(op_type, given, domain=MICROSOFT, opset=17, outputs=outputs, **attributes)
        assert len(pairs) == outputs
        for number, (expected, found) in enumerate(pairs):
            if number in skipped:
                continue
            assert (found.dtype, found.shape) == (expected.dtype, expected.shape)
            np.testing.assert_allclose(found, expected, rtol=1e-4, atol=3e-5)


def test_a_biased_gelu_is_equal(compare: Compare) -> None:
    for seed in range(12):
        rng = np.random.default_rng(seed)
        ((expected, found),) = compare("BiasGelu", [real(rng, 3, 37), real(rng, 37)], domain=MICROSOFT, opset=17)
        assert not differs(found, expected).any()


ONE = np.ones((2, 4), np.float32)
REFUSED: list[tuple[str, list[Any], dict[str, Any], str]] = [
    ("BiasGelu", [ONE, ONE[0, :3]], {}, "one number for each of X's last axis"),
    ("FusedMatMul", [ONE, ONE], {}, r"A has shape \[2, 4\] and B \[2, 4\]"),
    ("FusedGemm", [ONE, ONE.T], {"activation": "Elu"}, "activation 'Elu' with 3 parameters"),
    ("FusedConv", [ONE[None, None], np.ones((1, 1, 1, 1), np.float32)], {"activation": "Clip"}, "'Clip' with 0"),
    ("SkipLayerNormalization", [ONE, ONE, ONE[0, :3]], {}, r"gamma \[3\]; expected one last axis"),
    ("EmbedLayerNormalization", [np.array([1]), None, ONE, ONE, None, ONE[0], ONE[0]], {}, r"shape \[1\]"),
    ("MatMulNBits", [ONE, np.ones((1, 1, 8), np.uint8), ONE[0, :1], None, np.zeros(4, np.int32)],
     {"K": 4, "N": 1, "block_size": 16}, "g_idx or weight_prepacked is given"),
    ("MatMulNBits", [ONE, np.ones((1, 1, 7), np.uint8), ONE[0, :1]], {"K": 4, "N": 1, "block_size": 16},
     r"expected uint8 \[1, 1, 8\] and \[1, 1\]"),
    ("Attention", [ONE[None], np.ones((4, 5), np.float32)], {"num_heads": 2}, "num_heads is 2"),
    ("Attention", [ONE[None], np.ones((4, 12), np.float32), None, np.ones((3, 3), np.int32)], {"num_heads": 2},
     r"mask_index has shape \[3, 3\]"),
]  # fmt: skip


@pytest.mark.parametrize(("op_type", "inputs", "attributes", "said"), REFUSED, ids=[case[0] for case in REFUSED])
def test_what_cannot_be_computed_is_said(
    op_type: str, inputs: list[Any], attributes: dict[str, Any], said: str
) -> None:
    operator = OPERATORS[MICROSOFT, op_type]
    given = dict(zip(operator.inputs, inputs, strict=False))
    with pytest.raises(UserError, match=said):
        operator.function(**given, **attributes)
