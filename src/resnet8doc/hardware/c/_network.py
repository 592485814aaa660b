"""network.c: the operators in the order of the memory plan, each activation at its place."""

import math

import numpy as np

from ..memory import Plan, Read, Step, positions
from ..network import (
    CHOICES,
    COMPARISONS,
    CONVOLUTIONS,
    EXTREMES,
    JOINS,
    LARGEST,
    REDUCED_EXTREMES,
    REDUCTIONS,
    SOFTMAXES,
    TABLES,
    reduced_axes,
)
from ._header import signature
from ._interface import c_type
from ._parameters import OF_ROWS
from ._program import Program
from ._walk import common_run, walk

PAIR_FUNCTIONS = {
    "QLinearMul": "qlinear_mul", "SUB": "subtract", "PRELU": "prelu", "SQUARED_DIFFERENCE": "squared_difference",
    "DIV": "quotient", **dict.fromkeys(COMPARISONS, "compare"),
}  # fmt: skip
"""The C function of each operator of two operands, besides QLinearAdd's."""


def network_source(program: Program, planned: Plan, ordered: list[Step]) -> list[str]:
    """Return the lines of ``network.c`` after its includes; parameters are written on the way."""
    kind = "uint8_t" if program.mixed else "code_t"
    lines = [
        "/* Each activation has its place here; one whose time is over gives its place to another. */",
        f"static {kind} arena[ARENA_BYTES / sizeof({kind})];", "",
    ]  # fmt: skip
    by_name = {step.output.name: step for step in ordered}
    width = max((len(program.place(buffer.tensor)) for buffer in planned.buffers), default=0)
    for buffer in planned.buffers:
        at = f"(arena + {buffer.offset})"
        at = f"(({c_type(by_name[buffer.tensor].output.dtype)} *){at})" if program.mixed else at
        lines.append(
            f"#define {program.place(buffer.tensor):{width}} {at} /* {buffer.bytes} bytes, {list(buffer.shape)} */"
        )
    lines += ["", signature(program), "{"]
    used = {read.kept.name for step in ordered for read in step.reads.values() if read.kept is not None}
    used |= {given.kept.name for given in program.outputs} | {step.output.name for step in ordered}
    lines += [f"    (void){fed.parameter};" for fed in program.inputs if fed.kept.name not in used]
    for given in program.outputs:
        if given.kept.fed:
            place = _operand(program, Read(given.kept, None, None), "")
            lines.append(f"    memcpy({given.parameter}, {place}, {given.kept.bytes});")
    for step in ordered:
        said = _comment(program, step)
        program.parameters.definitions += ["", f"/* {said} */"]
        lines += [f"    /* {said} */", *(f"    {line}" for line in _calls(program, step))]
        place = program.place(step.output.name)
        name = program.said(step.output.name)
        lines += ["    if (observe)", f'        observe(context, "{name}", {place}, {step.output.bytes});']
        for given in program.outputs:
            if given.kept.name == step.output.name:
                lines.append(f"    memcpy({given.parameter}, {place}, {given.kept.bytes});")
        lines.append("")
    return [*lines[:-1], "}"]


def _comment(program: Program, step: Step) -> str:
    read = " and ".join(
        str(list(read.kept.shape if read.kept is not None else np.asarray(read.constant).shape))
        for read in step.reads.values()
    )
    if step.operation is None:
        return program.said(f"{step.name}: copied, {read} -> {list(step.output.shape)}")
    node = step.operation.node
    return program.said(f"{node.layer}: {node.op_type}, {read} -> {list(step.output.shape)}")


def _operand(program: Program, read: Read, stored: str) -> str:
    """Return where an operand lies."""
    if read.kept is None:
        return stored
    fed = program.fed(read.kept.name)
    return fed.parameter if read.kept.fed and fed is not None else program.place(read.kept.name)


def _run(program: Program, read: Read, stored: str) -> str:
    """Return where an operand begins whose numbers lie one after another: a part of a tensor need not begin with it."""
    assert read.places is not None
    first = int(read.places[0])
    return _operand(program, read, stored) + (f" + {first}" if first else "")


def _named(program: Program, function: str, step: Step) -> str:
    """Return what a function is called that works on codes of one type: those that a step makes, or compares."""
    assert step.operation is not None, step.name
    kind = step.output.dtype
    if step.operation.op_type in COMPARISONS:
        kind = str(program.steps.network.dtype(step.operation.inputs[0]))
    return f"{function}_{kind}" if program.mixed else function


def _calls(program: Program, step: Step) -> list[str]:
    """Return the statements of one step; its parameters are written."""
    output = program.place(step.output.name)
    operation, parameters = step.operation, program.parameters
    if operation is None:
        (read,) = step.reads.values()
        assert read.places is not None, step.name
        name = parameters.walk(f"{program.place(step.output.name).lower()}_walk", walk(read.places))
        return [f"copy_codes(&{name}, {_operand(program, read, '')}, {step.output.bytes}, {output});"]
    name = operation.name
    if operation.op_type in TABLES:
        (read,) = step.reads.values()
        parameters.codes_table(operation)
        return [_look_up(program, operation.name, read, step, output)]
    match operation.op_type:
        case "QuantizeLinear":
            return _quantize(program, step, output)
        case op_type if op_type in CONVOLUTIONS:
            parameters.conv(operation)
            function = "qlinear_conv" if op_type == "QLinearConv" else "transposed_convolution"
            return _each_image(program, step, function, "x", output)
        case "QLinearMatMul" | "QGemm":
            parameters.matmul(operation, step.reads)
            left, right = ("A", "B") if operation.op_type == "QGemm" else ("a", "b")
            operands = [_operand(program, step.reads[left], f"{name}_{left}_stored")]
            if step.reads[right].constant is not None:
                function = "fully_connected" if parameters.in_float64(operation) else "qlinear_matmul"
                return [f"{_named(program, function, step)}(&{name}, {operands[0]}, {output});"]
            operands.append(_operand(program, step.reads[right], ""))
            return [f"{_named(program, 'qlinear_matmul_codes', step)}(&{name}, {', '.join(operands)}, {output});"]
        case op_type if op_type in CHOICES:
            return [_choose(program, step, output)]
        case op_type if op_type in EXTREMES:
            return _keep_extremes(program, step, output)
        case op_type if op_type in REDUCED_EXTREMES:
            return _reduce_extremes(program, step, output)
        case "RESIZE_BILINEAR":
            parameters.resize(operation)
            return _each_image(program, step, "resize_bilinear", "x", output)
        case op_type if op_type in JOINS:
            return _join(program, step, output)
        case op_type if op_type in LARGEST:
            parameters.max_pool(operation)
            return _each_image(program, step, "max_pool", "X", output)
        case op_type if op_type in REDUCTIONS:
            function = parameters.reduction(operation)
            return _each_image(program, step, function, "data", output)
        case op_type if op_type in PAIR_FUNCTIONS:
            return _pairs(program, step, output)
        case "QLinearAdd":
            run, walks = parameters.sum(step)
            if run == step.output.bytes:
                places = ", ".join(_run(program, step.reads[f], f"{name}_{f}_stored") for f in ("A", "B"))
                return [f"{_named(program, 'qlinear_add', step)}(&{name}, {places}, {output});"]
            places = ", ".join(_operand(program, step.reads[f], f"{name}_{f}_stored") for f in ("A", "B"))
            runs = [parameters.walk(f"{name}_{f}_runs", found) for f, found in zip("AB", walks, strict=True)]
            function = _named(program, "qlinear_add_spread", step)
            return [f"{function}(&{name}, &{runs[0]}, &{runs[1]}, {step.output.bytes // run}, {places}, {output});"]
        case op_type if op_type in SOFTMAXES:
            count = parameters.softmax(operation)
            (read,) = step.reads.values()
            place = _operand(program, read, "")
            function = _named(program, OF_ROWS[op_type], step)
            if count == step.output.bytes:
                return [f"{function}(&{name}, {place}, {output});"]
            return [f"for (int row = 0; row < {step.output.bytes}; row += {count})",
                    f"    {function}(&{name}, {place} + row, {output} + row);"]  # fmt: skip
        case _ if program.steps.network.covers_image(operation):
            parameters.pool(operation)
            return _each_image(program, step, "qlinear_global_average_pool", "X", output)
    parameters.average_pool(operation)
    return _each_image(program, step, "qlinear_average_pool", "X", output)


def _pairs(program: Program, step: Step, output: str) -> list[str]:
    """Return a call for an operator of two tensors, or a loop over runs where the operands do not lie alike."""
    operation, parameters = step.operation, program.parameters
    assert operation is not None, step.name
    name = operation.name
    run, walks = parameters.pair(step)
    function = _named(program, PAIR_FUNCTIONS[operation.op_type], step)
    output = f"(uint8_t *){output}" if operation.op_type in COMPARISONS else output
    if run == step.output.bytes:
        a, b = (_run(program, step.reads[f], f"{name}_{f}_stored") for f in ("A", "B"))
        return [f"{function}(&{name}, {a}, {b}, {output});"]
    a, b = (_operand(program, step.reads[f], f"{name}_{f}_stored") for f in ("A", "B"))
    runs = [parameters.walk(f"{name}_{f}_runs", found) for f, found in zip("AB", walks, strict=True)]
    return [f"for (size_t run = 0; run < {step.output.bytes // run}; run++)",
            f"    {function}(&{name}, {a} + walk_at(&{runs[0]}, run), {b} + walk_at(&{runs[1]}, run),",
            f"        {output} + run * {run});"]  # fmt: skip


def _choose(program: Program, step: Step, output: str) -> str:
    """Return a call that takes, for each number, one of two codes, as a truth value says."""
    assert step.operation is not None, step.name
    name, arguments = step.operation.name, []
    for formal in ("condition", "X", "Y"):
        read = step.reads[formal]
        assert read.places is not None, step.name
        stored = ""
        if read.constant is not None:
            array = read.constant.astype(np.uint8) if formal == "condition" else read.constant
            stored = program.parameters.shared_array(f"{name}_{formal}_stored", np.ascontiguousarray(array))
        place = _operand(program, read, stored)
        walked = program.parameters.walk(f"{name}_{formal}_walk", walk(read.places))
        arguments += [f"&{walked}", f"(const uint8_t *){place}" if formal == "condition" else place]
    return f"{_named(program, 'choose_codes', step)}({', '.join(arguments)}, {step.output.bytes}, {output});"


def _keep_extremes(program: Program, step: Step, output: str) -> list[str]:
    """Return statements that take the first operand as it is, and of each further one what is larger, or smaller."""
    assert step.operation is not None, step.name
    name, largest = step.operation.name, int(step.operation.op_type == "Max")
    lines = []
    for number, read in enumerate(step.reads.values()):
        assert read.places is not None, step.name
        stored = ""
        if read.constant is not None:
            stored = program.parameters.shared_array(f"{name}_{number}_stored", np.ascontiguousarray(read.constant))
        walked = program.parameters.walk(f"{name}_{number}_walk", walk(read.places))
        arguments = f"&{walked}, {_operand(program, read, stored)}, {step.output.bytes}, {output}"
        function = f"{_named(program, 'keep_extreme', step)}({largest}, " if number else "copy_codes("
        lines.append(f"{function}{arguments});")
    return lines


def _reduce_extremes(program: Program, step: Step, output: str) -> list[str]:
    """Return a call that takes, for each output, the largest or smallest of the numbers along some axes."""
    operation, network = step.operation, program.steps.network
    assert operation is not None, step.name
    name, node = operation.name, operation.node
    tensor = node.inputs[0].tensor
    order = network.read_order(operation, "data")
    shape = network.item(tensor)
    at = positions(shape, order)
    axes = tuple(reduced_axes(node, network.constants, len(shape)))
    first = at[tuple(slice(0, 1) if axis in axes else slice(None) for axis in range(len(shape)))]
    begins = first.reshape(network.item(operation.output)).transpose(step.output.order).reshape(-1)
    along = at[tuple(slice(None) if axis in axes else slice(0, 1) for axis in range(len(shape)))].reshape(-1)
    walks = [program.parameters.walk(f"{name}_{what}_walk", walk(places))
             for what, places in (("begins", begins), ("along", along))]  # fmt: skip
    largest = int(operation.op_type == "ReduceMax")
    arguments = f"&{walks[0]}, {begins.size}, &{walks[1]}, {along.size}, {_operand(program, step.reads['data'], '')}"
    return [f"{_named(program, 'reduce_extreme', step)}({largest}, {arguments}, {output});"]


def _join(program: Program, step: Step, output: str) -> list[str]:
    """Return the statements that put each part into its place; around a Pad's part lies the border."""
    operation, parameters = step.operation, program.parameters
    assert operation is not None, step.name
    lines = []
    filled = sum(read.places.size for read in step.reads.values() if read.places is not None)
    if filled < step.output.bytes:
        lines.append(f"memset({output}, {parameters.border(operation)}, {step.output.bytes});")
    tables = parameters.join_tables(operation)
    for formal, read in step.reads.items():
        places, goes = read.places, read.goes
        assert places is not None, step.name
        assert goes is not None, step.name
        number = int(formal.rpartition(" ")[2])
        name = f"{operation.name}_{number}"
        stored = "" if read.constant is None else parameters.shared_array(f"{name}_stored", read.constant)
        run = common_run(places, goes)
        walks = [
            parameters.walk(f"{name}_{what}_walk", walk(array[::run] - array[0]))
            for what, array in (("from", places), ("to", goes))
        ]
        begin, end = (f"{at} + {array[0]}" if array[0] else at
                      for at, array in ((_operand(program, read, stored), places), (output, goes)))  # fmt: skip
        table = tables[number] if number < len(tables) else "0"
        lines.append(f"put_codes({table}, &{walks[0]}, &{walks[1]}, {begin}, {run}, {places.size // run}, {end});")
    return lines


def _each_image(program: Program, step: Step, function: str, formal: str, output: str) -> list[str]:
    """Return a call, or a loop over the images of one item where it has several."""
    assert step.operation is not None, step.name
    read = step.reads[formal]
    place, name = _operand(program, read, ""), step.operation.name
    images = program.steps.network.item(step.output.tensor)[0]
    function = _named(program, function, step)
    if images == 1:
        return [f"{function}(&{name}, {place}, {output});"]
    assert read.kept is not None, step.name
    one, made = read.kept.bytes // images, step.output.bytes // images
    return [f"for (int image = 0; image < {images}; image++)",
            f"    {function}(&{name}, {place} + image * {one}, {output} + image * {made});"]  # fmt: skip


def _quantize(program: Program, step: Step, output: str) -> list[str]:
    operation, parameters = step.operation, program.parameters
    assert operation is not None, step.name
    name, count = operation.name, step.output.bytes
    codes = program.fed(step.output.name)
    if codes is not None:  # the caller quantized it
        return [f"memcpy({output}, {codes.parameter}, {count});"]
    read = step.reads["x"]
    assert read.places is not None, step.name
    assert read.kept is not None, step.name
    found, place = walk(read.places), _operand(program, read, "")
    if read.kept.dtype != "float32":
        parameters.codes_table(operation)
        return [_look_up(program, name, read, step, output)]
    channels = _channels(program, step)
    if program.pixels and found.plain and channels == "0":
        parameters.pixels(operation)
        return [f"{_named(program, 'quantize_pixels', step)}({name}, {place}, {count}, {output});"]
    at = f"&{parameters.walk(f'{name}_walk', found)}"
    if program.pixels:
        parameters.pixels(operation)
        return [f"look_up({name}, {channels}, {at}, {place}, {count}, {output});"]
    parameters.real(operation)
    return [f"{_named(program, 'quantize_real', step)}(&{name}, {channels}, {at}, {place}, {count}, {output});"]


def _look_up(program: Program, name: str, read: Read, step: Step, output: str) -> str:
    """Return a call that makes each code by a table."""
    assert read.places is not None, step.name
    walked = program.parameters.walk(f"{name}_walk", walk(read.places))
    return f"look_up({name}, 0, &{walked}, {_operand(program, read, '')}, {step.output.bytes}, {output});"


def _channels(program: Program, step: Step) -> str:
    """Return the walk that says whose scale each number has; a null pointer where there is one scale."""
    assert step.operation is not None, step.name
    network, node = program.steps.network, step.operation.node
    scale = network.parameter(step.operation, "y_scale")
    if scale is None or scale.size == 1:
        return "0"
    whole = network.item(step.output.tensor)
    axis = int(node.attributes.get("axis", 1)) % len(whole)
    shape = [1] * len(whole)
    shape[axis] = whole[axis]
    index = np.broadcast_to(np.arange(whole[axis]).reshape(shape), whole).transpose(step.output.order).reshape(-1)
    assert math.prod(whole) == index.size, step.name
    return f"&{program.parameters.walk(f'{step.operation.name}_channels', walk(index))}"
