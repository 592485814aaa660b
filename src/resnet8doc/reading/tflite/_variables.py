"""Variables, by which a streaming network keeps what it has seen: as inputs and outputs of the graph."""

from dataclasses import replace

from ...errors import UserError
from ._file import File

REMEDY = "Convert the model with its states as inputs and outputs."


def with_states_fed(file: File) -> File:
    """Return a file without variables: each is read from an input, and what it is left with is an output.

    Behind the file's own inputs and outputs, variables in the order in which they are read.

    Parameters
    ----------
    file
        Its first graph may read and assign variables; further ones set them before the first run, and do nothing else.

    Raises
    ------
    UserError
        If another graph does something else, or a variable is used in another way.
    """
    for graph in file.others:
        for operation in graph:
            if operation.kind not in ("VAR_HANDLE", "ASSIGN_VARIABLE"):
                raise UserError(
                    f"the file holds {len(file.others) + 1} subgraphs, and one of them has {operation.kind}",
                    "one, or others that set variables before the first run", "Export the model without control flow.",
                )  # fmt: skip
    names: dict[int, str] = {}
    now: dict[str, int] = {}
    fed: list[int] = []
    same: dict[int, int] = {}
    assigned: set[str] = set()
    kept = []
    for operation in file.operations:
        if operation.kind == "CALL_ONCE":
            continue
        if operation.kind == "VAR_HANDLE":
            names[operation.outputs[0]] = f"{operation.options['container']}/{operation.options['sharedName']}"
        elif operation.kind in ("READ_VARIABLE", "ASSIGN_VARIABLE"):
            name = names.get(operation.inputs[0])
            if name is None:
                raise UserError(f"operator {operation.index} ({operation.kind}) has no variable", "one", REMEDY)
            if operation.kind == "ASSIGN_VARIABLE":
                now[name] = same.get(operation.inputs[1], operation.inputs[1])
                assigned.add(name)
            elif name in now:
                same[operation.outputs[0]] = now[name]
            else:
                now[name] = operation.outputs[0]
                fed.append(operation.outputs[0])
        else:
            kept.append(replace(operation, inputs=tuple(same.get(index, index) for index in operation.inputs)))
    if not names:
        return file
    outputs = [same.get(index, index) for index in (*file.outputs, *(now[name] for name in now if name in assigned))]
    if len(set(outputs)) < len(outputs) or set(outputs) & {*file.inputs, *fed}:
        raise UserError("a variable is left as it was, or with what another is left with", "a value of its own", REMEDY)
    return replace(file, operations=tuple(kept), inputs=(*file.inputs, *fed), outputs=tuple(outputs))
