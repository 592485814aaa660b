"""Several graphs in one program: a compiler takes as long for one operator as for twenty."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy.typing as npt

from resnet8doc.graph import Graph, Node
from resnet8doc.hardware import Network, c

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class Case:
    """A graph, and what it is fed."""

    graph: Graph
    fed: Mapping[str, Array]


class Programs:
    """Compiles each program once: two kernel sets often have the same C."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.made: dict[tuple[Any, ...], Path] = {}

    def build(self, graph: Graph, variant: Any = None, flags: Sequence[str] = ("-O2",)) -> Path:
        """Return the program of a graph as :func:`resnet8doc.hardware.c.build` makes it."""
        texts = c.generate(graph, variant)
        key = (*texts.items(), *flags)
        if key not in self.made:
            folder = self.folder / str(len(self.made))
            folder.mkdir()
            self.made[key] = c.compile_c(c.write_files(texts, folder), folder / "network", flags=flags)
        return self.made[key]


MOST = 10
"""Operators of one program: memory is planned by a search through all orders, and of what is apart there are many."""


class Together:
    """Cases that are compiled several at a time.

    Parameters
    ----------
    cases
        By their names; where a compiler or a sanitizer complains, a node's name begins with its case's.
    programs
        Compiles them, when the first case of a program is asked for.
    alike
        Whether a program has only cases whose own programs have the same files: these have to be enough for each.
    """

    def __init__(
        self, cases: Mapping[str, Case], programs: Programs, flags: Sequence[str] = ("-O1",), *, alike: bool = False
    ) -> None:
        self.cases, self.programs, self.flags = cases, programs, flags
        self.group: dict[str, list[str]] = {}
        self.found: dict[tuple[str, str], dict[str, Array]] = {}
        room: dict[Any, int] = {}
        open_group: dict[Any, list[str]] = {}
        for name, case in cases.items():
            network = Network(case.graph)
            kind = network.items.leading, tuple(c.generate(case.graph)) if alike else None
            count = len(network.operations)
            if room.get(kind, 0) < count:
                room[kind], open_group[kind] = MOST, []
            room[kind] -= count
            open_group[kind].append(name)
            self.group[name] = open_group[kind]

    def run(self, name: str, what: str = "all") -> dict[str, Array]:
        """Return what C gives of one case, by its own names: ``all`` tensors, or what comes out, ``codes``."""
        group = self.group[name]
        if (group[0], what) not in self.found:
            many = side_by_side({one: self.cases[one] for one in group})
            program = self.programs.build(many.graph, flags=self.flags)
            self.found[group[0], what] = c.run(program, many.graph, many.fed, what)
        begin = _named(name, "")
        every = self.found[group[0], what]
        return {tensor.removeprefix(begin): y for tensor, y in every.items() if tensor.startswith(begin)}


def side_by_side(cases: Mapping[str, Case]) -> Case:
    """Return one graph of several that have nothing in common; a name begins with its case's: ``SUM 2: t0``."""
    parts = [_renamed(name, case) for name, case in cases.items()]
    first = parts[0].graph
    graph = replace(
        first, name="side by side",
        nodes=tuple(node for part in parts for node in part.graph.nodes),
        inputs=tuple(entry for part in parts for entry in part.graph.inputs),
        outputs=tuple(entry for part in parts for entry in part.graph.outputs),
        parameters={name: array for part in parts for name, array in part.graph.parameters.items()},
        info={name: entry for part in parts for name, entry in part.graph.info.items()},
    )  # fmt: skip
    assert {(part.graph.format, part.graph.runtime.name) for part in parts} == {(first.format, first.runtime.name)}
    return Case(graph, {name: array for part in parts for name, array in part.fed.items()})


def _named(case: str, name: str) -> str:
    return f"{case}: {name}"


def _renamed(begin: str, case: Case) -> Case:
    def own(name: str) -> str:
        return _named(begin, name) if name else ""

    def node(one: Node) -> Node:
        inputs = tuple(replace(entry, tensor=own(entry.tensor)) for entry in one.inputs)
        outputs = tuple(own(name) for name in one.outputs)
        return replace(one, name=own(one.name), layer=own(one.layer), inputs=inputs, outputs=outputs)

    graph = case.graph
    renamed = replace(
        graph,
        nodes=tuple(node(one) for one in graph.nodes),
        inputs=tuple(replace(entry, name=own(entry.name)) for entry in graph.inputs),
        outputs=tuple(replace(entry, name=own(entry.name)) for entry in graph.outputs),
        parameters={own(name): array for name, array in graph.parameters.items()},
        info={own(name): replace(entry, name=own(name)) for name, entry in graph.info.items()},
    )
    return Case(renamed, {own(name): array for name, array in case.fed.items()})
