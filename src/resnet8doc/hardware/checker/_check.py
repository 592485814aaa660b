"""A user's own outputs against the specification: where they first part, and which mistake looks like that."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ...arithmetic import ONNXRUNTIME_X86, Runtime
from ...errors import UserError
from ...faults import Fault
from ...graph import Graph, Node
from ...runtimes import RUNTIMES
from ..network import MOVES, Feeds, Network, Operation
from ._describe import describe
from ._faults import FAULTS, OTHERS, PITFALLS
from ._outputs import Layout, as_outputs, read_outputs

Array = npt.NDArray[Any]

RESEMBLES = 0.9
"""A mistake that explains so much of what changed is named even if it does not explain all of it."""


@dataclass(frozen=True)
class Cause:
    """A mistake that would give the user's output.

    Attributes
    ----------
    key
        A pitfall's short name (``rounding``), or another cause's (``padding``, ``layout``, ``sign``, ``runtime``).
    what
        The mistake in words.
    nodes
        The operators that make it.
    agreement
        Of the outputs that either the user or the mistake changes, the share in which both agree; 1 is every byte.
    """

    key: str
    what: str
    nodes: tuple[str, ...]
    agreement: float


@dataclass(frozen=True)
class Finding:
    """An operator whose output is not what its inputs give.

    Attributes
    ----------
    node, layer, tensor
        Which.
    values, mismatches
        How many outputs it has, and how many are wrong.
    first
        The first wrong one: ``image``, ``index`` (row, column, channel), ``expected`` and ``found`` codes.
    largest_difference
        Of all outputs.
    facts
        What the wrong outputs have in common, in words.
    causes
        Mistakes that give this output, best first; several where they cannot be told apart; empty if none is known.
    """

    node: str
    layer: str
    tensor: str
    values: int
    mismatches: int
    first: Mapping[str, Any]
    largest_difference: int
    facts: tuple[str, ...]
    causes: tuple[Cause, ...]

    @property
    def keys(self) -> frozenset[str]:
        """Short names of the causes that explain every byte, or else of those that come close."""
        exact = frozenset(cause.key for cause in self.causes if cause.agreement == 1)
        return exact or frozenset(cause.key for cause in self.causes)


@dataclass(frozen=True)
class Report:
    """What :func:`check` found.

    Attributes
    ----------
    checked, missing
        Tensors that were given, and those that were not.
    findings
        Operators that are wrong by themselves, in order of computation. Each was given the *user's own* inputs, so
        that an early mistake does not hide a later one.
    """

    checked: tuple[str, ...]
    missing: tuple[str, ...]
    findings: tuple[Finding, ...]

    @property
    def equal(self) -> bool:
        """Whether every output is right."""
        return not self.findings

    @property
    def common(self) -> tuple[str, ...]:
        """The mistakes, in words, that explain every byte of every finding."""
        named = [{cause.what for cause in finding.causes if cause.agreement == 1} for finding in self.findings]
        return tuple(sorted(set.intersection(*named))) if named else ()

    def to_dict(self) -> dict[str, Any]:
        """Return plain lists, numbers and strings, ready for JSON."""
        return {"equal": self.equal, "common": self.common, **asdict(self)}

    def __str__(self) -> str:
        if self.equal:
            return f"All {len(self.checked)} layers given are right, byte for byte."
        lines = [
            f"{len(self.findings)} of {len(self.checked)} layers given are wrong; the first is {self.findings[0].node}."
        ]
        lines += [f"One mistake explains every wrong byte: {what}." for what in self.common]
        return "\n\n".join(["\n".join(lines), *(_text(finding) for finding in self.findings)])


def check(outputs: Path | Mapping[str, Array], graph: Graph, images: Feeds, *, layout: Layout = "NHWC") -> Report:
    """Find the first layer and index where a user's outputs part from the specification, and the likely mistake.

    Each operator is run on the user's own outputs of the layers before it (on the engine's where the user gives
    none), with the right arithmetic and with every mistake of :data:`~resnet8doc.hardware.PITFALLS`; a mistake that
    gives the user's output to the byte is named.

    Parameters
    ----------
    outputs
        Of some layers or all: a path as for :func:`~resnet8doc.hardware.read_outputs`, or arrays by the names of
        layers, nodes or tensors.
    graph
        The network (QOperator), in the arithmetic of its runtime.
    images
        What was put in: ``[N, ...]`` in the order of axes that the model has, or for several inputs a dictionary.
    layout
        The order of numbers that come without a shape.

    Returns
    -------
    Report
        Print it.

    Raises
    ------
    UserError
        If the outputs cannot be read, name a layer that does not exist, or have the wrong length.
    """
    checker = Checker(graph, images)
    if isinstance(outputs, Mapping):
        given = as_outputs(outputs, graph, checker.count, layout)
    else:
        given = read_outputs(outputs, graph, checker.count, layout)
    return checker.check(given)


class Checker:
    """Checks any number of outputs for the same inputs: what is right is computed once.

    Parameters
    ----------
    graph
        The network (QOperator).
    images
        What was put in, as for :func:`check`.
    """

    def __init__(self, graph: Graph, images: Feeds) -> None:
        self.network = Network(graph)
        self.graph = self.network.graph
        fed, self.count = self.network.items.feeds(images)
        if self.count == 0:
            raise UserError("there are no images", "at least one", "Name the image that you ran.")
        self.expected = self.network.items.run(fed)
        self.faults = {fault: key for fault, key in FAULTS.items() if _can_be_made(fault, graph.runtime)}
        self._known: dict[tuple[str, Fault], Array] = {}

    def check(self, given: Mapping[str, Array]) -> Report:
        """Check outputs in the form of :func:`~resnet8doc.hardware.read_outputs`: as they are stored."""
        values = dict(self.expected)
        findings = []
        gaps: dict[str, tuple[Operation, ...]] = {}
        makes = [o for o in self.network.operations if o.op_type != "DequantizeLinear"]
        for operation in makes:
            since = tuple(o for tensor in operation.inputs for o in gaps.get(tensor, ()))
            right = self._compute(operation, values)
            gaps[operation.output] = tuple(dict.fromkeys((*since, operation)))
            self._put(values, operation.output, right)
            if operation.output not in given:
                continue
            codes = given[operation.output]
            if not np.array_equal(codes, self.network.stored(operation.output, right)):
                findings.append(self._find(operation, gaps[operation.output], values, codes, right))
                self._put(values, operation.output, self.network.restored(operation.output, codes))
            gaps[operation.output] = ()
        names = [operation.output for operation in makes]
        return Report(
            tuple(name for name in names if name in given),
            tuple(name for name in names if name not in given),
            tuple(findings),
        )

    def candidates(self, operation: Operation) -> dict[Fault, Array]:
        """Return what each mistake makes of right inputs, where it makes any difference."""
        found = {
            fault: self._compute(operation, self.expected, fault)
            for fault in self.faults
            if self.graph.can_have(operation.node, fault)
        }
        right = self.expected[operation.output]
        return {fault: codes for fault, codes in found.items() if not np.array_equal(codes, right)}

    def _compute(self, operation: Operation, values: Mapping[str, Array], fault: Fault | None = None) -> Array:
        inputs = [e.tensor for e in operation.node.inputs if e.tensor not in self.network.constants]
        untouched = all(values[tensor] is self.expected[tensor] for tensor in inputs)
        if fault is None or not self.graph.can_have(operation.node, fault):
            right = self.expected[operation.output]
            return right if untouched else self.network.items.compute(operation.node, values)
        wrong = self.graph.runtime.with_fault(fault)
        if not untouched:
            return self.network.items.compute(operation.node, values, wrong)
        key = operation.name, fault
        if key not in self._known:
            self._known[key] = self.network.items.compute(operation.node, values, wrong)
        return self._known[key]

    def _put(self, values: dict[str, Array], tensor: str, codes: Array) -> None:
        """Set a tensor, and what moves of it and a scale for all make of it."""
        values[tensor] = codes
        changed = {tensor}
        for node in self._looked_through:
            read = node.inputs[0].tensor
            if read in changed and self.network.source(node.output) == tensor:
                same = values[read] is self.expected[read]
                values[node.output] = self.expected[node.output] if same else self.network.items.compute(node, values)
                changed.add(node.output)

    @cached_property
    def _looked_through(self) -> tuple[Node, ...]:
        known = self.network.constants
        return tuple(n for n in self.graph.nodes if n.op_type in (*MOVES, "DequantizeLinear") and n.output not in known)

    def _find(
        self, operation: Operation, gap: tuple[Operation, ...], values: Mapping[str, Array], codes: Array, right: Array
    ) -> Finding:
        wanted = self.network.stored(operation.output, right)
        differ = codes != wanted
        image, *index = (int(i) for i in np.argwhere(differ)[0])
        place = (image, *index)
        first = {"image": image, "index": index, "expected": int(wanted[place]), "found": int(codes[place])}
        largest = int(np.abs(codes.astype(np.int32) - wanted.astype(np.int32)).max())
        causes = sorted(self._causes(operation, gap, values, codes, wanted), key=lambda cause: -cause.agreement)
        exact = [cause for cause in causes if cause.agreement == 1]
        node = operation.node
        return Finding(
            node.name, node.layer, operation.output, codes.size, int(differ.sum()), first, largest,
            describe(codes, wanted, self.network.axes(operation.output)), tuple(exact or causes[:1]),
        )  # fmt: skip

    def _causes(
        self, operation: Operation, gap: tuple[Operation, ...], values: Mapping[str, Array], codes: Array, wanted: Array
    ) -> Iterator[Cause]:
        """Yield every mistake that explains at least nine tenths of what changed."""
        yield from self._misread(operation, codes, wanted)
        yield from self._of_other_runtimes(operation, values, codes)
        exact = False
        for nodes in _suspects(operation, gap):
            if exact:
                return  # the same mistake everywhere is likelier than one in a single operator
            for fault, key in self.faults.items():
                made = self._rerun(nodes, gap, values, fault)[operation.output]
                agreement = _agreement(self.network.stored(operation.output, made), codes, wanted)
                exact = exact or agreement == 1
                if agreement >= RESEMBLES:
                    names = tuple(suspect.node.name for suspect in nodes)
                    yield Cause(key, _what(key, fault), names, agreement)

    def _rerun(
        self, nodes: Iterable[Operation], gap: tuple[Operation, ...], values: Mapping[str, Array], fault: Fault
    ) -> Mapping[str, Array]:
        """Compute the operators since the last outputs given, some of them with a mistake."""
        mine = dict(values)
        wrong = {operation.name for operation in nodes}
        for operation in gap:
            made = self._compute(operation, mine, fault if operation.name in wrong else None)
            self._put(mine, operation.output, made)
        return mine

    def _of_other_runtimes(self, operation: Operation, values: Mapping[str, Array], codes: Array) -> Iterator[Cause]:
        """Yield, for a network that is not meant in ONNX Runtime's arithmetic, every runtime that gives these codes."""
        own = self.graph.runtime
        for other in RUNTIMES.values() if own != ONNXRUNTIME_X86 else ():
            if other == own:
                continue
            try:
                made = self.network.items.compute(operation.node, values, other)
            except UserError:
                continue  # it has no such operator
            if np.array_equal(self.network.stored(operation.output, made), codes):
                yield Cause("runtime", f"the arithmetic of {other.title} ({other.name})", (operation.node.name,), 1.0)

    def _misread(self, operation: Operation, codes: Array, wanted: Array) -> Iterator[Cause]:
        """Yield mistakes in the writing of outputs, not in their making."""
        nodes = (operation.node.name,)
        if self.network.is_image(operation.output):
            *leading, height, width, channels = codes.shape
            first = np.moveaxis(codes.reshape(*leading, channels, height, width), -3, -1)
            if np.array_equal(first, wanted):
                yield Cause("layout", "the numbers are in the order NCHW, not NHWC", nodes, 1.0)
        if np.array_equal(codes.view(np.uint8) ^ 0x80, wanted.view(np.uint8)):
            yield Cause("sign", "every code is off by 128: int8 taken for uint8, or the reverse", nodes, 1.0)


def _can_be_made(fault: Fault, runtime: Runtime) -> bool:
    """Return whether a runtime knows a mistake at all: a product that is rounded by a shift knows no other rounding."""
    try:
        runtime.with_fault(fault)
    except UserError:
        return False
    return True


def _suspects(operation: Operation, gap: tuple[Operation, ...]) -> list[tuple[Operation, ...]]:
    """Who may have made the mistake: all operators since the last outputs given, or any one of them."""
    if len(gap) == 1:
        return [(operation,)]
    return [gap, *((one,) for one in gap)]


def _agreement(made: Array, codes: Array, wanted: Array) -> float:
    concerned = (made != wanted) | (codes != wanted)
    if not (made != wanted).any():
        return 0.0
    return float((made[concerned] == codes[concerned]).mean())


def _what(key: str, fault: Fault) -> str:
    title = PITFALLS[key].title if key in PITFALLS else OTHERS[key][0]
    return f"{title} ({fault.describe()})"


def _text(finding: Finding) -> str:
    first = finding.first
    lines = [
        f"{finding.node}: {finding.mismatches:,} of {finding.values:,} outputs are not what its inputs give, by up to "
        f"{finding.largest_difference}.",
        f"  first: image {first['image']}, index {first['index']}: "
        f"expected {first['expected']}, found {first['found']}",
        *(f"  {fact}" for fact in finding.facts),
    ]
    for cause in finding.causes:
        where = "" if cause.nodes == (finding.node,) else f", in {', '.join(cause.nodes)}"
        how = "every byte as with" if cause.agreement == 1 else f"{cause.agreement:.0%} of the changes as with"
        lines.append(f"  {how}: {cause.what}{where}")
    if not finding.causes:
        lines.append("  none of the known mistakes looks like this")
    return "\n".join(lines)
