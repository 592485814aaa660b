"""Every tensor's shape and type for one item, as the engine computes them; free axes get a length."""

import weakref
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from ...arithmetic import Functions, Runtime
from ...errors import UserError
from ...graph import Graph, TensorInfo, asks_shapes, fold_shapes
from ._accept import SOFTMAXES

Array = npt.NDArray[Any]
Shape = tuple[int, ...]
Described = Mapping[str, tuple[Shape, str]]
Kept = TypeVar("Kept")

FED = ("float32", "int8", "uint8")
"""Types that a network of integer operators may be fed."""

_known: dict[int, tuple["weakref.ref[Graph]", Described]] = {}
_folded: dict[int, tuple["weakref.ref[Graph]", Graph]] = {}


def with_shape(graph: Graph, lengths: Mapping[str, int | tuple[int, ...]]) -> Graph:
    """Return a graph whose free axes have lengths.

    Parameters
    ----------
    graph
        Any.
    lengths
        By the name of a free axis (``{"batch": 1, "time": 49}``), or an input's whole shape by the input's name.

    Raises
    ------
    UserError
        If there is no such axis or input, or a shape contradicts the model's.
    """
    named = {axis for entry in graph.inputs for axis in entry.shape or () if isinstance(axis, str)}
    inputs = {entry.name for entry in graph.inputs}
    for name in lengths:
        if name not in named | inputs:
            raise UserError(
                f"there is no free axis {name!r}", f"one of {', '.join(sorted(named | inputs))}",
                "Name a free axis, or an input with its whole shape.",
            )  # fmt: skip

    def bound(entry: TensorInfo) -> TensorInfo:
        whole = lengths.get(entry.name)
        if isinstance(whole, int):
            whole = (whole,)
        old = entry.shape
        if entry.name in inputs and whole is not None:
            fits = old is None or (
                len(old) == len(whole)
                and all(not isinstance(o, int) or o == n for o, n in zip(old, whole, strict=True))
            )
            if not fits or min(whole, default=1) < 1:
                raise UserError(
                    f"the shape given for {entry.name} is {list(whole)}", f"one that fits {list(old or ())}",
                    "Give lengths for the free axes only.",
                )  # fmt: skip
            return replace(entry, shape=whole)
        if old is None:
            return entry
        made: list[int | str | None] = []
        for axis in old:
            length = lengths.get(axis, axis) if isinstance(axis, str) else axis
            made.append(length[0] if isinstance(length, tuple) else length)
        return replace(entry, shape=tuple(made))

    described = {name: bound(entry) for name, entry in graph.info.items()}
    return replace(
        graph, inputs=tuple(map(bound, graph.inputs)), outputs=tuple(map(bound, graph.outputs)), info=described
    )


def item_shape(entry: TensorInfo) -> Shape:
    """Return an input's shape for one item: a free first axis counts items.

    Raises
    ------
    UserError
        If another axis is free, or the type is none that these tools feed.
    """
    if entry.dtype not in FED:
        raise UserError(
            f"input {entry.name} is {entry.dtype}", " or ".join(FED),
            f"Make the first QuantizeLinear's input, or codes, the model's input instead of {entry.name}.",
        )  # fmt: skip
    if entry.shape is None:
        raise UserError(
            f"the shape of input {entry.name} is not known", "a shape", f"Give it: --shape {entry.name}=1,..."
        )
    first, *rest = entry.shape or (1,)
    free = [axis for axis in rest if not isinstance(axis, int)]
    if free:
        what = next((f"{axis}=LENGTH" for axis in free if isinstance(axis, str)), f"{entry.name}=1,...")
        listed = ", ".join("?" if axis is None else str(axis) for axis in entry.shape)
        raise UserError(
            f"input {entry.name} has shape [{listed}]", "lengths for all axes but the first",
            f"Give them: --shape {what} (in Python: hardware.with_shape).",
        )  # fmt: skip
    if not entry.shape:
        return ()
    return (first if isinstance(first, int) else 1, *(int(axis) for axis in rest if isinstance(axis, int)))


def describe_tensors(graph: Graph) -> Described:
    """Return shape and type of every tensor for one item, from running the graph on zeros once.

    What an extraction says of its shapes is not asked: it may be free, or wrong.
    """
    if (known := _remembered(_known, graph)) is not None:
        return known
    feeds = {entry.name: np.zeros(item_shape(entry), entry.dtype) for entry in graph.inputs}
    run = graph.with_runtime(_of_any_values(graph.runtime)).run(feeds, "all")
    made = {name: (array.shape, str(array.dtype)) for name, array in run.items()}
    return _remember(_known, graph, made)


def _of_any_values(runtime: Runtime) -> Runtime:
    """Return a runtime that refuses no operator for what its codes are: those of a run on zeros mean nothing.

    It still refuses scales and zero points. DIV is asked for no quotient, a softmax for rows of one code.
    """

    def divide(own: Functions, *inputs: Any, runtime: Runtime) -> Array:
        a, a_scale, a_zero, b, *others = inputs
        made = own.function(np.ravel(a)[:0], a_scale, a_zero, np.ravel(b)[:0], *others, runtime=runtime)
        return np.zeros(np.broadcast_shapes(np.shape(a), np.shape(b)), made.dtype)

    def soften(own: Functions, x: Array, *others: Any, axis: int = -1, **named: Any) -> Array:
        made = own.function(np.asarray(x).take([0], axis), *others, axis=axis, **named)
        return np.zeros(np.shape(x), made.dtype)

    functions = dict(runtime.functions)
    stand_ins: dict[str, Callable[..., Array]] = {"DIV": divide, **dict.fromkeys(SOFTMAXES, soften)}
    for op_type, function in stand_ins.items():
        if (own := functions.get(op_type)) is not None:
            functions[op_type] = replace(own, function=partial(function, own))
    return replace(runtime, functions=functions)


def fold(graph: Graph) -> Graph:
    """Return a graph in which what follows from shapes alone is stored, for one item.

    The graph itself if it asks no shape; else the same object each time, so that nothing is looked at twice.
    """
    if not asks_shapes(graph):
        return graph
    if (known := _remembered(_folded, graph)) is not None:
        return known
    described = describe_tensors(graph)
    made = fold_shapes(graph, described)
    if made is not graph:
        _remember(_known, made, {name: described[name] for name in made.tensors})
    return _remember(_folded, graph, made)


def _remembered(memory: Mapping[int, tuple["weakref.ref[Graph]", Kept]], graph: Graph) -> Kept | None:
    found = memory.get(id(graph))
    return found[1] if found is not None and found[0]() is graph else None


def _remember(memory: dict[int, tuple["weakref.ref[Graph]", Kept]], graph: Graph, made: Kept) -> Kept:
    """Keep something for as long as the graph lives, which cannot be a key: its arrays have no hash."""
    for key in [key for key, (reference, _) in memory.items() if reference() is None]:
        del memory[key]
    memory[id(graph)] = weakref.ref(graph), made
    return made
