"""Random single operators of TensorFlow Lite that move codes, or choose among them."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from resnet8doc.oracles import Spec, operator_file
from resnet8doc.proof import TfliteCase

Array = npt.NDArray[Any]
Random = np.random.Generator

SHAPES = ((1, 6), (1, 5, 6), (1, 4, 5, 6), (1, 3, 4, 2, 5))
"""Of one to four axes beside the batch."""


def quantized(shape: Sequence[int], zero: int = 3) -> Spec:
    return Spec(tuple(int(size) for size in shape), scale=np.float32(0.05), zero_point=zero)


def codes(rng: Random, shape: Sequence[int]) -> Array:
    return rng.integers(-128, 128, shape).astype(np.int8)


def integers(*values: Any) -> Spec:
    array = np.array(values, np.int32)
    return Spec(array.shape, np.int32, data=array)


def drawn_shape(rng: Random, least: int = 0, most: int = 4) -> tuple[int, ...]:
    return SHAPES[int(rng.integers(least, most))]


def case_of(
    rng: Random, kind: str, shape: Sequence[int], stored: Sequence[Spec], made: Any,
    options: dict[str, Any] | None = None, first: Sequence[Spec] = (),
) -> TfliteCase:  # fmt: skip
    several = isinstance(made[0], Sequence)
    outputs = [quantized(out) for out in made] if several else quantized(made)
    content = operator_file(kind, [*first, quantized(shape), *stored], outputs, options)
    return TfliteCase(content, (codes(rng, shape),))


def _expand_dims(rng: Random) -> TfliteCase:
    shape = drawn_shape(rng, 0, 3)
    axis = int(rng.integers(1, len(shape) + 1))
    return case_of(rng, "EXPAND_DIMS", shape, [integers(axis)], (*shape[:axis], 1, *shape[axis:]))


def _squeeze(rng: Random) -> TfliteCase:
    shape = list(drawn_shape(rng, 0, 3))
    axis = int(rng.integers(1, len(shape) + 1))
    return case_of(rng, "SQUEEZE", [*shape[:axis], 1, *shape[axis:]], [], shape, {"squeezeDims": [axis]})


def _strided_slice(rng: Random) -> TfliteCase:
    shape = drawn_shape(rng)
    begin, end, step, made = [0], [1], [1], [1]
    begin_mask = end_mask = shrink = 0
    for axis, size in enumerate(shape[1:], 1):
        first, stride = int(rng.integers(size)), int(rng.choice([-2, -1, 1, 2]))
        last = int(rng.integers(first + 1, size + 1)) if stride > 0 else int(rng.integers(-size - 1, first - size))
        if rng.integers(4) == 0 and shrink.bit_count() + 2 < len(shape):
            begin, end, step, shrink = [*begin, first], [*end, first + 1], [*step, 1], shrink | 1 << axis
            continue
        opened = rng.integers(2, size=2).tolist()
        begin_mask, end_mask = begin_mask | opened[0] << axis, end_mask | opened[1] << axis
        taken = slice(None if opened[0] else first, None if opened[1] else last, stride)
        begin, end, step = [*begin, first], [*end, last], [*step, stride]
        made.append(len(range(*taken.indices(size))))
    if 0 in made:
        return _strided_slice(rng)
    options = {"beginMask": begin_mask, "endMask": end_mask, "shrinkAxisMask": shrink}
    return case_of(rng, "STRIDED_SLICE", shape, [integers(*v) for v in (begin, end, step)], made, options)


def _slice(rng: Random) -> TfliteCase:
    shape = drawn_shape(rng)
    begin = [0, *(int(rng.integers(size)) for size in shape[1:])]
    size = [1, *(int(rng.integers(1, n - first + 1)) for n, first in zip(shape[1:], begin[1:], strict=True))]
    given = [-1 if first + many == n and rng.integers(2) else many
             for first, many, n in zip(begin, size, shape, strict=True)]  # fmt: skip
    return case_of(rng, "SLICE", shape, [integers(*begin), integers(*given)], size)


def _split(rng: Random) -> TfliteCase:
    shape, many = list(drawn_shape(rng)), int(rng.integers(2, 4))
    axis = int(rng.integers(1, len(shape)))
    part = list(shape)
    shape[axis] = part[axis] * many
    return case_of(rng, "SPLIT", shape, [], [part] * many, {"numSplits": many}, [integers(axis)])


def _split_v(rng: Random) -> TfliteCase:
    shape, sizes = list(drawn_shape(rng)), [int(size) for size in rng.integers(1, 5, 3)]
    axis = int(rng.integers(1, len(shape)))
    shape[axis] = sum(sizes)
    parts = [[*shape[:axis], size, *shape[axis + 1 :]] for size in sizes]
    return case_of(rng, "SPLIT_V", shape, [integers(*sizes), integers(axis)], parts, {"numSplits": 3})


def _unpack(rng: Random) -> TfliteCase:
    shape = drawn_shape(rng, 1)
    axis = int(rng.integers(1, len(shape)))
    part = [*shape[:axis], *shape[axis + 1 :]]
    return case_of(rng, "UNPACK", shape, [], [part] * shape[axis], {"num": shape[axis], "axis": axis})


def _pack(rng: Random) -> TfliteCase:
    shape, many = drawn_shape(rng, 0, 3), int(rng.integers(2, 4))
    axis = int(rng.integers(1, len(shape) + 1))
    content = operator_file(
        "PACK", [quantized(shape)] * many, quantized([*shape[:axis], many, *shape[axis:]]),
        {"valuesCount": many, "axis": axis},
    )  # fmt: skip
    return TfliteCase(content, tuple(codes(rng, shape) for _ in range(many)))


def _tile(rng: Random) -> TfliteCase:
    shape = drawn_shape(rng, 0, 3)
    many = [1, *rng.integers(1, 4, len(shape) - 1).tolist()]
    return case_of(rng, "TILE", shape, [integers(*many)], [[n * m for n, m in zip(shape, many, strict=True)]])


def _gather(rng: Random) -> TfliteCase:
    shape = list(drawn_shape(rng))
    axis, many = int(rng.integers(1, len(shape))), int(rng.integers(1, 9))
    chosen = rng.integers(0, shape[axis], many).tolist()
    return case_of(rng, "GATHER", shape, [integers(*chosen)], [*shape[:axis], many, *shape[axis + 1 :]], {"axis": axis})


def _reverse(rng: Random) -> TfliteCase:
    shape = drawn_shape(rng)
    first = int(rng.integers(1, len(shape)))
    axes = range(first, int(rng.integers(first, len(shape))) + 1)  # the kernels take neighbours only
    return case_of(rng, "REVERSE_V2", shape, [integers(*axes)], shape)


def _mirror_pad(rng: Random) -> TfliteCase:
    shape, mode = SHAPES[2], int(rng.integers(2))
    edges = [[0, 0], *([int(v) for v in rng.integers(0, 3, 2)] for _ in shape[1:])]
    made = [n + sum(edge) for n, edge in zip(shape, edges, strict=True)]
    return case_of(rng, "MIRROR_PAD", shape, [integers(*edges)], made, {"mode": mode})


def _depth_to_space(rng: Random) -> TfliteCase:
    block = int(rng.integers(2, 4))
    shape = (1, 3, 4, 2 * block**2)
    return case_of(rng, "DEPTH_TO_SPACE", shape, [], (1, 3 * block, 4 * block, 2), {"blockSize": block})


def _space_to_depth(rng: Random) -> TfliteCase:
    block = int(rng.integers(2, 4))
    shape = (1, 3 * block, 4 * block, 2)
    return case_of(rng, "SPACE_TO_DEPTH", shape, [], (1, 3, 4, 2 * block**2), {"blockSize": block})


def _blocks(rng: Random) -> tuple[list[int], list[int], Array]:
    """Return blocks of two axes, the lengths of these axes, and what is added to their ends to make whole blocks."""
    blocks = [int(v) for v in rng.integers(1, 4, 2)]
    edges = rng.integers(0, 3, (2, 2))
    sizes = [int(v) for v in rng.integers(3, 8, 2)]
    edges[:, 1] += -(np.array(sizes) + edges.sum(axis=1)) % blocks
    return blocks, sizes, edges


def _space_to_batch(rng: Random) -> TfliteCase:
    blocks, sizes, edges = _blocks(rng)
    made = [(size + int(edge.sum())) // block for size, edge, block in zip(sizes, edges, blocks, strict=True)]
    stored = [integers(*blocks), integers(*edges.tolist())]
    return case_of(rng, "SPACE_TO_BATCH_ND", (1, *sizes, 3), stored, (blocks[0] * blocks[1], *made, 3))


def _batch_to_space(rng: Random) -> TfliteCase:
    blocks, sizes, edges = _blocks(rng)
    given = [(size + int(edge.sum())) // block for size, edge, block in zip(sizes, edges, blocks, strict=True)]
    stored = [integers(*blocks), integers(*edges.tolist())]
    return case_of(rng, "BATCH_TO_SPACE_ND", (blocks[0] * blocks[1], *given, 3), stored, (1, *sizes, 3))


def _pair(kind: str) -> Callable[[Random], TfliteCase]:
    def made(rng: Random) -> TfliteCase:
        shape = SHAPES[2]
        small = [shape, (6,), (1, 1, 1, 6), (1, 4, 5, 1)][int(rng.integers(4))]
        fed = small == shape
        other = quantized(small) if fed else Spec(small, scale=np.float32(0.05), zero_point=3, data=codes(rng, small))
        content = operator_file(kind, [quantized(shape), other], quantized(shape))
        return TfliteCase(content, tuple(codes(rng, shape) for _ in range(1 + fed)))

    return made


def _reduction(kind: str) -> Callable[[Random], TfliteCase]:
    def made(rng: Random) -> TfliteCase:
        shape, keep = drawn_shape(rng, 1, 3), bool(rng.integers(2))
        ways = [(1, 2)] if len(shape) == 4 and not keep else [(1,), (2,), (1, 2)]
        axes = ways[int(rng.integers(len(ways)))]
        out = [1 if axis in axes else size for axis, size in enumerate(shape) if keep or axis not in axes]
        return case_of(rng, kind, shape, [integers(*axes)], out, {"keepDims": keep})

    return made


def _nearest(rng: Random) -> TfliteCase:
    size = [int(v) for v in rng.choice([4, 5, 8, 10, 12, 15], 2)]
    corners, half = [(False, False), (True, False), (False, True)][int(rng.integers(3))]
    if not (corners or half):
        size = [8, 10]
    options = {"alignCorners": corners, "halfPixelCenters": half}
    return case_of(rng, "RESIZE_NEAREST_NEIGHBOR", SHAPES[2], [integers(*size)], (1, *size, 6), options)


def _gather_nd(rng: Random) -> TfliteCase:
    shape = drawn_shape(rng)
    depth, many = int(rng.integers(1, len(shape) + 1)), [[3], [2, 3]][int(rng.integers(2))]
    if len(many) + len(shape) - depth > 5:
        many = [3]
    where = np.stack([rng.integers(0, size, many) for size in shape[:depth]], -1)
    return case_of(rng, "GATHER_ND", shape, [integers(*where.tolist())], [*many, *shape[depth:]])


def _scatter_nd(rng: Random) -> TfliteCase:
    """Few rows of few places: some of them fall together."""
    made = drawn_shape(rng)
    depth, many = int(rng.integers(1, len(made) + 1)), [int(rng.integers(1, 7))]
    where = np.stack([rng.integers(0, min(size, 3), many) for size in made[:depth]], -1)
    stored, first = [integers(*made)], [integers(*where.tolist())]
    return case_of(rng, "SCATTER_ND", [*many, *made[depth:]], stored, made, first=first)


def _top_k(rng: Random) -> TfliteCase:
    """Few different codes, so that equal ones are among the largest."""
    shape = drawn_shape(rng)
    k = int(rng.integers(1, shape[-1] + 1))
    made = (*shape[:-1], k)
    many = Spec((), np.int32, data=np.array(k, np.int32))
    content = operator_file("TOPK_V2", [quantized(shape), many], [quantized(made), Spec(made, np.int32)])
    return TfliteCase(content, (rng.integers(-128, -125, shape).astype(np.int8) // int(rng.choice([-128, 1])),))


def _broadcast_to(rng: Random) -> TfliteCase:
    made = drawn_shape(rng)
    kept = made[int(rng.integers(len(made))) :] if rng.integers(2) else made
    shape = [size if rng.integers(2) else 1 for size in kept]
    return case_of(rng, "BROADCAST_TO", shape, [integers(*made)], made)


TFLITE_MOVES: dict[str, Callable[[Random], TfliteCase]] = {
    "EXPAND_DIMS": _expand_dims, "SQUEEZE": _squeeze, "STRIDED_SLICE": _strided_slice, "SLICE": _slice, "SPLIT": _split,
    "SPLIT_V": _split_v, "UNPACK": _unpack, "PACK": _pack, "TILE": _tile, "GATHER": _gather, "MIRROR_PAD": _mirror_pad,
    "REVERSE_V2": _reverse,
    "DEPTH_TO_SPACE": _depth_to_space, "SPACE_TO_DEPTH": _space_to_depth, "MAXIMUM": _pair("MAXIMUM"),
    "MINIMUM": _pair("MINIMUM"), "REDUCE_MAX": _reduction("REDUCE_MAX"), "REDUCE_MIN": _reduction("REDUCE_MIN"),
    "RESIZE_NEAREST_NEIGHBOR": _nearest, "SPACE_TO_BATCH_ND": _space_to_batch, "BATCH_TO_SPACE_ND": _batch_to_space,
    "GATHER_ND": _gather_nd, "SCATTER_ND": _scatter_nd, "TOPK_V2": _top_k, "BROADCAST_TO": _broadcast_to,
}  # fmt: skip
"""For each operator that moves codes a function that makes a random case of it."""
