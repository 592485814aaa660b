"""Try each unit of the gates alone on test vectors: inputs and expected numbers are the vectors', layer by layer.

    python units.py                                             # all units, all vectors in vectors/
    python units.py --unit requantizer                          # one unit
    python units.py --unit requantizer --source mine.sv         # your module of that name in place of ours
    python units.py vectors/stack1_conv1-image0.json            # some vectors

A vector is a JSON file of `python -m resnet8doc vectors`. Ends with 1 where a number differs, and names the layer, the
element, the inputs, what the vector expects and what the module gave. Needs what simulate.py needs.
"""

import argparse
import json
import struct
import subprocess
import sys
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from simulate import HERE, build, verilate  # type: ignore[import-not-found]  # beside this file in the archive

NOTHING = {"codes": -1000, "sums": -(2**63), "pixels": 0xDEADBEEF}
"""What a test bench writes where the unit gave nothing."""


@dataclass
class Trial:
    """What one vector asks of one unit.

    Attributes
    ----------
    unit, bench
        The module, and the kind of its test bench.
    node, shape
        Of the vector; the shape of ``expected`` without filled channels.
    stimulus
        Bytes for the test bench.
    places
        Of each number that the test bench writes: its element's index, or None for a filled channel.
    expected
        By element.
    inputs
        Of an element, in words.
    bits
        Of the numbers that are compared.
    """

    unit: str
    bench: str
    node: str
    shape: Sequence[int]
    stimulus: bytes
    places: Sequence[int | None]
    expected: list[int]
    inputs: Any
    bits: int = 8

    @property
    def count(self) -> int:
        """How many numbers are compared, filled channels left out."""
        return sum(place is not None for place in self.places)


class Vector:
    """A test vector; codes are moved to int8, as the gates hold them."""

    def __init__(self, path: Path) -> None:
        try:
            value = json.loads(path.read_text(encoding="utf-8"))
            self.node, self.op, self.runtime = value["node"], value["op_type"], value["runtime"]
            self.attributes, self.tensors = value["attributes"], value["tensors"]
        except (OSError, ValueError, TypeError, KeyError):
            sys.exit(f"{path} is no test vector; expected a JSON file of python -m resnet8doc vectors --format json.")

    def shape(self, name: str) -> list[int]:
        """Return a tensor's shape."""
        return list(self.tensors[name]["shape"])

    def numbers(self, name: str) -> list[int]:
        """Return a tensor's numbers; uint8 less 128."""
        tensor = self.tensors[name]
        moved = 128 if tensor["dtype"] == "uint8" else 0
        return [number - moved for number in tensor["values"]]

    def one(self, name: str) -> int:
        """Return a scalar."""
        return self.numbers(name)[0]

    def channels(self, name: str, count: int) -> list[Any]:
        """Return one number a channel, spread if there is only one; zeros if there is no such tensor."""
        if name not in self.tensors:
            return [0] * count
        values = self.tensors[name]["values"]
        return list(values) if len(values) == count else list(values) * count


def float_parts(value: float) -> tuple[int, int]:
    """Return a float32's mantissa with its leading one, and f of mantissa * 2^-f."""
    bits = struct.unpack("<I", struct.pack("<f", value))[0]
    return bits & 0x7FFFFF | 0x800000, 150 - (bits >> 23 & 255)


def trials(vector: Vector, about: dict[str, Any]) -> Iterator[Trial]:
    """Yield what a vector asks of the units."""
    if vector.op == "QuantizeLinear" and len(vector.shape("y")) == 3:
        yield pixels(vector, about)
    elif vector.op == "QLinearAdd":
        yield addition(vector, about)
    elif "accumulator" in vector.tensors:
        if vector.op in ("QLinearConv", "QLinearMatMul", "QGemm", "QLinearGlobalAveragePool"):
            yield sums(vector, about)
        if "multiplier" in vector.tensors:
            yield codes(vector, about)


def pixels(vector: Vector, about: dict[str, Any]) -> Trial:
    """Quantize an image, by the table in pixels.hex."""
    x, y = vector.tensors["x"]["values"], vector.numbers("y")
    colours = vector.shape("y")[2]
    parameters = about["parameters"]
    asked = [len(x) // colours, colours]
    if asked != [parameters["PIXELS"], parameters["COLOURS"]] or any(not 0 <= v <= 255 or v != int(v) for v in x):
        sys.exit(
            f"{vector.node}: the unit takes {parameters['PIXELS']} pixels 0 to 255 of {parameters['COLOURS']} colours."
        )
    places = [pixel * colours + c if c < colours else None for pixel in range(asked[0]) for c in range(4)]
    return Trial("pixel_input", "pixels", vector.node, vector.shape("y"), bytes(map(int, x)), places, y,
                 lambda n: f"pixel {int(x[n])}")  # fmt: skip


def addition(vector: Vector, about: dict[str, Any]) -> Trial:
    """Add codes, by the integers that the generator found for these scales."""
    quantized = {x: [vector.tensors[f"{x}_scale"]["values"][0], vector.one(f"{x}_zero_point")] for x in "ABC"}
    known = [
        (names, found["integers"])
        for found in about["additions"]
        for names in ("AB", "BA")
        if found["quantized"] == [quantized[names[0]], quantized[names[1]], quantized["C"]]
    ]
    if not known:
        sys.exit(
            f"{vector.node}: parameters.json has no integers for its scales and zero points: it is of another network."
        )
    names, integers = known[0]
    size = len(vector.numbers("y"))
    a, b = ((vector.numbers(x) * size)[:size] if len(vector.numbers(x)) == 1 else vector.numbers(x) for x in names)
    if len(a) != size or len(b) != size:
        sys.exit(f"{vector.node} spreads one summand over the other; the unit takes two of one shape.")
    rows = array("q")
    for pair in zip(a, b, strict=True):
        rows.extend([*pair, *integers])
    return Trial(about["adder"], "codes", vector.node, vector.shape("y"), rows.tobytes(), list(range(size)),
                 vector.numbers("y"), lambda n: f"{names[0]} {a[n]}, {names[1]} {b[n]}")  # fmt: skip


def codes(vector: Vector, about: dict[str, Any]) -> Trial:
    """Requantize the vector's accumulators."""
    unit = about["requantizer"]
    bits = about["units"][unit]["parameters"]["SUM_BITS"]
    channels = vector.shape("y")[-1]
    totals, y, zero = vector.tensors["accumulator"]["values"], vector.numbers("y"), vector.one("y_zero_point")
    bias, factors = vector.channels("bias", channels), vector.channels("multiplier", channels)
    settings: list[list[int] | None] = []
    for c, factor in enumerate(factors):
        if unit == "requantizer":
            mantissa, shift = float_parts(factor)
            align = about["units"][unit]["parameters"]["POINT"] - shift
            fits = 0 <= align < 1 << about["units"][unit]["parameters"]["ALIGN_BITS"]
            settings.append([mantissa, align, zero] if fits else None)
        else:
            shift = -vector.channels("exponent", channels)[c]
            settings.append([factor, shift, about["way"], zero] if 0 <= shift < 32 else None)
        if settings[-1] is None:  # the generator takes such a channel if it is constant
            print(f"{vector.node}, channel {c} is left out: its multiplier lies outside of what {unit} can align")
    rows, taken = array("q"), []
    for n, total in enumerate(totals):
        c = n % channels
        setting = settings[c]
        if setting is None:
            continue
        if not -(1 << bits - 1) <= total < 1 << bits - 1:
            sys.exit(f"{vector.node}, element {n}: the accumulator {total} does not fit the {bits} bits of {unit}.")
        rows.extend([total - bias[c], bias[c], *setting])
        taken.append(n)
    return Trial(
        unit, "codes", vector.node, vector.shape("y"), rows.tobytes(), taken, y,
        lambda n: f"accumulator {totals[n]}, multiplier {factors[n % channels]!r}, zero point {zero}",
    )  # fmt: skip


def sums(vector: Vector, about: dict[str, Any]) -> Trial:
    """Multiply and add: the vector's accumulators, without bias, from codes that keep their zero point."""
    of = about["units"]["mac_array"]["parameters"]
    lanes, limit = of["LANES"], 1 << of["WEIGHT_BITS"] - 1
    name = next(x for x in "xaXA" if x in vector.tensors)
    shape = [1] * (3 - len(vector.shape(name))) + vector.shape(name)
    x, zero = vector.numbers(name), vector.one(f"{name.lower()}_zero_point")
    shared = vector.op == "QLinearGlobalAveragePool"
    outputs = vector.shape("accumulator")[-1]
    if shared:  # the identity at each position, one group of inputs after another
        weights = [
            [int(i == o % lanes) for _ in range(shape[0] * shape[1]) for i in range(lanes)] for o in range(outputs)
        ]
        windows = [_word(x, shape, range(shape[0]), range(shape[1]), zero, g, lanes) for g in range(0, outputs, lanes)]
    else:
        weights = _weights(vector, outputs, shape[2])
        windows = list(_windows(vector, x, shape, zero))
    if any(not -limit <= w < limit for row in weights for w in row):
        sys.exit(f"{vector.node} has weights that do not fit {of['WEIGHT_BITS']} bits.")
    groups = 1 if shared else -(-outputs // lanes)
    steps = len(windows[0])
    stored = array("h")
    for group in range(groups):
        for step in range(steps):
            for lane in range(group * lanes, (group + 1) * lanes):
                stored.extend(weights[lane][4 * step : 4 * step + 4] if lane < outputs else [0] * 4)
    words = array("I", [word for window in windows for word in window])
    stimulus = struct.pack("<3i", len(windows), groups, steps) + words.tobytes() + stored.tobytes()
    bias = vector.channels("bias", outputs)
    moved = [zero * sum(row) - b for row, b in zip(weights, bias, strict=True)]
    totals = vector.tensors["accumulator"]["values"]
    expected = [total + moved[n % outputs] for n, total in enumerate(totals)]
    filled = groups * lanes if not shared else -(-outputs // lanes) * lanes
    pixels = len(expected) // outputs
    places = [pixel * outputs + c if c < outputs else None for pixel in range(pixels) for c in range(filled)]
    return Trial("mac_array", "sums", vector.node, vector.shape("accumulator"), stimulus, places, expected,
                 lambda n: f"a window of {steps} words", of["SUM_BITS"])  # fmt: skip


def _weights(vector: Vector, outputs: int, inputs: int) -> list[list[int]]:
    """Return one row an output: kernel positions, in each the inputs, filled to words of four."""
    name = next(n for n in "wbB" if n in vector.tensors)
    values, zeros = vector.tensors[name]["values"], vector.channels(f"{name.lower()}_zero_point", outputs)
    each = len(values) // outputs
    fill = [0] * (-inputs % 4)
    found = []
    for o in range(outputs):
        row = [w - zeros[o] for w in values[o * each : (o + 1) * each]]
        found.append([w for at in range(0, each, inputs) for w in (*row[at : at + inputs], *fill)])
    return found


def _windows(vector: Vector, x: list[int], shape: list[int], zero: int) -> Iterator[list[int]]:
    """Yield each output's window as words of four codes; padding holds the zero point."""
    attributes = vector.attributes
    if attributes.get("group", 1) != 1 or set(attributes.get("dilations", [1])) != {1}:
        sys.exit(f"{vector.node} is grouped or dilated: the gates know no such convolution.")
    rows, columns = vector.shape("accumulator")[:2] if "kernel_shape" in attributes else (1, 1)
    kernel, strides = attributes.get("kernel_shape", [1, 1]), attributes.get("strides", [1, 1])
    top, left = attributes.get("pads", [0, 0])[:2]
    for row in range(rows):
        down = range(row * strides[0] - top, row * strides[0] - top + kernel[0])
        for column in range(columns):
            across = range(column * strides[1] - left, column * strides[1] - left + kernel[1])
            yield _word(x, shape, down, across, zero, 0, shape[2])


def _word(x: list[int], shape: list[int], down: range, across: range, zero: int, first: int, count: int) -> list[int]:
    """Return the words of some pixels: of each, count channels from the first."""
    height, width, channels = shape
    found = []
    for row in down:
        for column in across:
            inside = 0 <= row < height and 0 <= column < width
            at = (row * width + column) * channels
            for channel in range(first, first + count, 4):
                four = range(channel, min(channel + 4, channels))
                found.append(sum(((x[at + c] if inside else zero) & 255) << 8 * (c - channel) for c in four))
    return found


def found_by(program: Path, trial: Trial) -> list[int]:
    """Run a test bench; return what the unit gave, one number a place."""
    stimulus, result = program.parent / "stimulus", program.parent / "found"
    stimulus.write_bytes(trial.stimulus)
    more = [str(len(trial.places) // 4)] if trial.bench == "pixels" else []
    if subprocess.run([program, trial.unit, stimulus, result, *more], cwd=HERE, check=False).returncode:
        sys.exit(f"the test bench of {trial.unit} fails on {trial.node}.")
    kind = {"codes": "i", "sums": "q", "pixels": "I"}[trial.bench]
    numbers = array(kind, result.read_bytes()).tolist()
    if trial.bench != "pixels":
        return numbers
    return [NOTHING["pixels"] if w == NOTHING["pixels"] else _signed(w >> 8 * i, 8) for w in numbers for i in range(4)]


def _signed(value: int, bits: int) -> int:
    value &= (1 << bits) - 1
    return value - (1 << bits) if value >> bits - 1 else value


def wrong_elements(trial: Trial, found: list[int]) -> Iterator[str]:
    """Yield a sentence for each element that differs."""
    if len(found) != len(trial.places):
        yield f"{trial.node}: {len(found)} numbers came, not {len(trial.places)}"
    for place, number in zip(trial.places, found, strict=False):
        expected = 0 if place is None else _signed(trial.expected[place], trial.bits)
        if number == expected:
            continue
        gave = "nothing" if number == NOTHING[trial.bench] else number
        if place is None:
            yield f"{trial.node}: a filled channel is {gave}, not 0"
            continue
        index: list[int] = []
        rest = place
        for length in reversed(trial.shape):
            index.insert(0, rest % length)
            rest //= length
        yield f"{trial.node}, element {index}: {trial.inputs(place)}; expected {expected}, the module gave {gave}"


def compiled(about: dict[str, Any], options: argparse.Namespace, needed: set[str]) -> Path:
    """Compile the units that are needed, with their test benches, as one program: its first argument names the unit."""
    made, benches, chosen = [], [], []
    for unit in sorted(needed):
        of = about["units"][unit]
        ours = [HERE / "source" / f"{name}.sv" for name in of["sources"]]
        style = ["-Wno-fatal"] if options.source else []  # your module is asked for its numbers, not for its style
        made += verilate(unit, [path.resolve() for path in options.source or ours], of["parameters"], style)
        numbers = {**of["parameters"], "LATENCY": of["latency"] if options.latency is None else options.latency}
        constants = "".join(f"const int {name} = {value};\n" for name, value in numbers.items())
        begin, end = f"namespace {unit} {{\n#define UNIT_{unit}\n", f"#undef UNIT_{unit}\n}}\n"
        benches.append(f'{begin}{constants}#include "unit_{of["bench"]}.cpp"\n{end}')
        chosen.append(f'  if (!std::strcmp(argv[1], "{unit}")) return {unit}::main(argc - 1, argv + 1);\n')
    head = [f"<{name}>" for name in ("cstdint", "cstdio", "cstdlib", "cstring", "deque", "vector")] + ['"ports.h"']
    main = f"int main(int argc, char **argv) {{\n{''.join(chosen)}  return 2;\n}}\n"
    text = "".join([*(f"#include {name}\n" for name in head), *benches, main])
    program: Path = build("units", made, text, optimize="-O0")  # compiling takes longest
    return program


def main() -> bool:
    """Read the vectors, build the units, run, compare."""
    about = json.loads((HERE / "parameters.json").read_text(encoding="utf-8"))
    parser = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    parser.add_argument("vectors", nargs="*", type=Path, help="JSON files; without any, those in vectors/")
    parser.add_argument("--unit", choices=sorted(about["units"]), help="one unit alone")
    parser.add_argument(
        "--source", type=Path, action="append", help="SystemVerilog file of your own module; repeatable"
    )
    parser.add_argument("--latency", type=int, help="cycles from your module's input to its result; without it, ours")
    options = parser.parse_args()
    if (options.source or options.latency is not None) and not options.unit:
        parser.error("--source and --latency want --unit: the module that yours stands for")
    for path in options.source or []:
        if not path.is_file():
            parser.error(f"{path} is no file")
    paths = options.vectors or sorted(path for path in (HERE / "vectors").glob("*.json") if path.stem != "manifest")
    asked = []
    for path in paths:
        vector = Vector(path)
        if vector.runtime not in about["runtimes"]:
            sys.exit(f"{path} is in the arithmetic of {vector.runtime}; expected {' or '.join(about['runtimes'])}.")
        made = [trial for trial in trials(vector, about) if options.unit in (None, trial.unit)]
        asked += made
        if not made and options.unit is None:
            print(f"{vector.node} ({vector.op}): no unit is tried on it")
    if not asked:
        sys.exit(f"none of the {len(paths)} vectors asks for {options.unit or 'a unit of the gates'}.")
    program = compiled(about, options, {trial.unit for trial in asked})
    total = 0
    for trial in asked:
        wrong = list(wrong_elements(trial, found_by(program, trial)))
        total += len(wrong)
        print(f"{trial.unit}, {trial.node}: {len(wrong)} of {trial.count:,} differ")
        for line in wrong[:3]:
            print(f"  {line}")
    print(f"{total} of {sum(trial.count for trial in asked):,} numbers differ from the vectors'")
    return bool(total)


if __name__ == "__main__":
    sys.exit(main())
