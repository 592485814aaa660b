"""A network as what the machine's memories hold: program, weights, channels, pixels; every number an integer."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ...errors import UserError
from ...files import replacing
from ...graph import Graph
from ..integers import WAYS, FixedSum, find_sum
from ._layers import Add, Layers, Pool, Products, inputs, reach, read_layers
from ._places import Places
from ._second_stage import SecondStage
from ._words import (
    ADD_SHIFT,
    ADDITIONS,
    CHANNELS,
    HEADER,
    LAYER,
    SUM_BITS,
    TOTAL_BITS,
    WIDTH,
    bits_of,
    bits_of_field,
    checksum,
    hexadecimal,
    pack,
)  # fmt: skip

Array = npt.NDArray[Any]

LANES = 16
HEX = ("program.hex", "weights.hex", "channels.hex", "pixels.hex")
PARAMETERS = "parameters.json"


@dataclass(frozen=True)
class Step:
    """What one layer of the program writes.

    Attributes
    ----------
    layer
        Its name.
    tensor
        The tensor that it makes; None for codes that the model stores.
    shape
        ``(rows, columns, channels)`` as the model has it.
    channels
        As the machine writes them: padded.
    """

    layer: str
    tensor: str | None
    shape: tuple[int, int, int]
    channels: int

    @property
    def words(self) -> int:
        """How many words it writes."""
        return self.shape[0] * self.shape[1] * self.channels // WIDTH


@dataclass(frozen=True, eq=False)
class Memories:
    """What the generator makes.

    Attributes
    ----------
    model
        The network's name.
    parameters
        Of the module ``resnet8``: what they are is the same for all models of one shape and kind of weights.
    files
        The text of each hex file.
    steps
        What the program's layers write, in order.
    program
        The fields of each layer.
    """

    model: str
    parameters: Mapping[str, int]
    files: Mapping[str, str]
    steps: tuple[Step, ...]
    program: tuple[Mapping[str, int], ...]

    @property
    def words(self) -> int:
        """Words that all layers write for an image."""
        return sum(step.words for step in self.steps)

    def describe(self) -> dict[str, Any]:
        """Return what a test bench must know, JSON-able."""
        return {
            "model": self.model,
            "parameters": dict(self.parameters),
            "layers": [
                {"layer": step.layer, "tensor": step.tensor, "shape": list(step.shape), "channels": step.channels,
                 "words": step.words}
                for step in self.steps
            ],
        }  # fmt: skip

    def write(self, folder: Path) -> None:
        """Write the hex files and ``parameters.json``."""
        for name, text in {**self.files, PARAMETERS: json.dumps(self.describe(), indent=1) + "\n"}.items():
            with replacing(folder / name) as temporary:
                temporary.write_text(text, encoding="utf-8")


def generate(graph: Graph, lanes: int = LANES) -> Memories:
    """Write a network as hex files for the module ``resnet8``.

    Parameters
    ----------
    graph
        A network of integer operators (QOperator, or a TensorFlow Lite file's): convolutions, sums, a global average
        pool, dense layers; what comes after the logits (softmax, dequantization) is left to the reader of the codes,
        for the class is known by then. Its runtime says whose arithmetic the gates have: ONNX Runtime's, or one of
        TensorFlow Lite's integer kernel sets.
    lanes
        Output channels that are computed at once: a power of two, 4 to 64.

    Raises
    ------
    UserError
        If the machine cannot take a layer: its operator, its shape, the range of its sums, its multipliers, or a sum of
        codes for which there are no three integers; the message names the layer.
    """
    if lanes not in (4, 8, 16, 32, 64):
        raise UserError(f"{lanes} lanes", "4, 8, 16, 32 or 64", "Choose one of these.")
    return _Generator(read_layers(graph), lanes).memories()


@dataclass(eq=False)
class _Generator:
    layers: Layers
    lanes: int
    program: list[dict[str, int]] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    weights: list[Array] = field(default_factory=list)
    channels: list[dict[str, int]] = field(default_factory=list)
    channel_names: list[str] = field(default_factory=list)
    places: Places = field(default_factory=Places)
    identity: int | None = None

    def memories(self) -> Memories:
        rows, columns, colours = self.layers.shape
        if rows != columns or rows & rows - 1 or not 1 <= colours <= WIDTH:
            raise UserError(
                f"the image is {rows} x {columns} x {colours}", f"square, a power of two, 1 to {WIDTH} colours",
                "Crop or pad the images to such a square and export the network for it.",
            )  # fmt: skip
        self._check_ends()
        self._place_image(rows * columns)
        for n, layer in enumerate(self.layers.layers):
            for tensor in [t for t in self.places.start if self._last_use(t) < n]:
                self.places.free(tensor)
            match layer:
                case Products():
                    self._products(layer)
                case Pool():
                    self._pool(layer)
                case Add():
                    self._add(layer, n)
        self.program[-1] |= {"last": 1, "unsigned_codes": int(self.layers.unsigned)}
        return self._finish(rows * columns, colours)

    def _check_ends(self) -> None:
        """Refuse what reads the image otherwise than a layer of products, and a result that is not one code a class."""
        for layer in self.layers.layers:
            if self.layers.image in inputs(layer) and not isinstance(layer, Products):
                raise UserError(
                    f"layer {layer.name} reads the image", "a convolution, or a layer that comes after one",
                    "The engine or the C program runs it.",
                )  # fmt: skip
        last = self.layers.layers[-1]
        rows, columns, classes = self.layers.shapes[last.output]
        if (rows, columns) != (1, 1):
            raise UserError(
                f"the last layer, {last.name}, makes {rows} x {columns} x {classes} codes", "one code a class",
                "The stream of classes carries no maps: end the network with a dense layer or a pool over the image.",
            )  # fmt: skip

    def _place_image(self, pixels: int) -> None:
        """Put the image behind the first layer's output, so that this can begin at 0."""
        first = self.layers.shapes[self.layers.layers[0].output]
        self.places.put("first", first[0] * first[1] * self._padded(first[2]) // WIDTH)
        self.image = self.places.put(self.layers.image, pixels)
        self.places.free("first")

    def _last_use(self, tensor: str) -> int:
        uses = [n for n, layer in enumerate(self.layers.layers) if tensor in inputs(layer)]
        return max(uses, default=len(self.layers.layers) if tensor == self.layers.layers[-1].output else -1)

    def _padded(self, channels: int) -> int:
        """Channels as they lie in the memory: whole groups of lanes, words a power of two."""
        groups = -(-channels // self.lanes)
        return self.lanes << (groups - 1).bit_length()

    def _input(self, tensor: str) -> tuple[int, int]:
        """Return rows and words of a pixel of a tensor that a layer reads."""
        rows, _, channels = self.layers.shapes[tensor]
        return rows, 1 if tensor == self.layers.image else self._padded(channels) // WIDTH

    def _products(self, layer: Products) -> None:
        rows, words = self._input(layer.source)
        size, columns, channels = self.layers.shapes[layer.output]
        kernel = layer.weights.shape[1]
        self._check(layer, rows, size)
        raised = self._raised(layer.weights.reshape(len(layer.weights), -1), layer.bias, layer.zero)
        first, last = self._channels(layer.name, *raised, layer.stage, layer.y_zero, self._padded(channels))
        self._layer(
            layer.name, layer.output, (size, columns, channels), stride_2=int(layer.stride[0] == 2), pad=layer.pads[0],
            zero=layer.zero, log_size=rows.bit_length() - 1, log_pitch=words.bit_length() - 1, words=words - 1,
            kernel=kernel - 1, size=size - 1, groups=self._padded(channels) // self.lanes - 1,
            source=self.places.start[layer.source], weights=self._weights(layer.weights, words), channel=first,
            last_channel=last,
        )  # fmt: skip

    def _check(self, layer: Products, rows: int, size: int) -> None:
        """Refuse shapes that the sequencer cannot walk."""
        _, kernel, across, inputs = layer.weights.shape
        top, left, _, _ = layer.pads
        columns = self.layers.shapes[layer.source][1]
        asks = {
            f"{rows} x {columns} input":
                ("a square of a power of two, at most 64", rows == columns <= 64 and not rows & rows - 1),
            f"{size} x {self.layers.shapes[layer.output][1]} output":
                ("a square", size == self.layers.shapes[layer.output][1]),
            f"{kernel} x {across} window": ("a square", kernel == across),
            f"strides {list(layer.stride)}": ("[1, 1] or [2, 2]", layer.stride in ((1, 1), (2, 2))),
            f"pads {list(layer.pads)}": ("top and left equal, 0 to 3", top == left <= 3),
            f"{inputs} inputs a pixel": (str(self.layers.shapes[layer.source][2]),
                                         inputs == self.layers.shapes[layer.source][2]),
        }  # fmt: skip
        for found, (expected, right) in asks.items():
            if not right:
                raise UserError(f"layer {layer.name} has {found}", expected, "Use the engine or the C program instead.")

    def _pool(self, layer: Pool) -> None:
        rows, words = self._input(layer.source)
        columns, channels = self.layers.shapes[layer.source][1:]
        if rows != columns or rows & rows - 1:
            raise UserError(
                f"layer {layer.name} has {rows} x {columns} input", "a square of a power of two",
                "Use the engine or the C program instead.",
            )  # fmt: skip
        ones = np.ones((self.lanes, rows * columns), np.int64)
        raised = self._raised(ones, np.zeros(self.lanes, np.int64), layer.zero)
        first, last = self._channels(layer.name, *raised, layer.stage(self.lanes), layer.y_zero, self.lanes)
        self._layer(
            layer.name, layer.output, (1, 1, channels), shared=1, zero=layer.zero, log_size=rows.bit_length() - 1,
            log_pitch=words.bit_length() - 1, words=self.lanes // WIDTH - 1, kernel=rows - 1, size=0,
            groups=self._padded(channels) // self.lanes - 1, source=self.places.start[layer.source],
            weights=self._unit(), channel=first, last_channel=last,
        )  # fmt: skip

    def _add(self, layer: Add, n: int) -> None:
        shape = self.layers.shapes[layer.output]
        if isinstance(layer.second, str):
            second = layer.second
            if self.layers.shapes[second] != shape or self.layers.shapes[layer.source] != shape:
                raise UserError(
                    f"layer {layer.name} adds {self.layers.shapes[layer.source]} and {self.layers.shapes[second]}",
                    "two tensors of one shape", "Use the engine instead.",
                )  # fmt: skip
        else:
            second = f"{layer.name} stored"
            self._stored(layer.name, second, layer.second, shape)
        source, at = self.places.start[layer.source], self.places.start[second]
        in_place = self._last_use(layer.source) == n
        target = self.places.replace(layer.source, layer.output) if in_place else None
        self._layer(
            layer.name, layer.output, shape, target=target, add=1, source=source, second=at, more=_addition(layer),
        )  # fmt: skip
        if second not in self.layers.shapes:
            self.places.free(second)

    def _stored(self, name: str, tensor: str, codes: Array, shape: tuple[int, int, int]) -> None:
        """Write a layer whose channels are constants: it puts stored codes into the memory."""
        if shape[:2] != (1, 1):
            raise UserError(
                f"layer {name} adds a stored tensor of shape {shape}", "one value for each channel, (1, 1, channels)",
                "Use the engine or the C program instead.",
            )  # fmt: skip
        padded = self._padded(shape[2])
        first = len(self.channels)
        self.channels += [{"zero": int(code)} for code in np.pad(codes, (0, padded - len(codes)))]
        self.channel_names += [name] * padded
        self._layer(
            tensor, tensor, shape, made=None, words=self.lanes // WIDTH - 1, groups=padded // self.lanes - 1, source=0,
            weights=self._unit(), channel=first, last_channel=first + padded - 1,
        )  # fmt: skip

    def _layer(
        self, name: str, tensor: str, shape: tuple[int, int, int], *, target: int | None = None,
        made: str | None = "", more: Mapping[str, int] | None = None, **fields: int,
    ) -> None:  # fmt: skip
        step = Step(name, tensor if made == "" else made, shape, self._padded(shape[2]))
        if target is None:
            target = self.places.put(tensor, step.words)
        self.steps.append(step)
        self.program.append({"target": target, "written": step.words - 1, **fields, **(more or {})})

    def _raised(self, w: Array, bias: Array, zero: int) -> tuple[Array, Array, Array]:
        """Return the bias for codes that keep their zero point, and the least and greatest accumulator."""
        low, high = reach(w, bias, zero)
        return bias - zero * w.sum(axis=1), low, high

    def _channels(
        self, name: str, bias: Array, low: Array, high: Array, stage: SecondStage, zero: int, padded: int
    ) -> tuple[int, int]:
        """Store one word a channel; return the first and last. A channel that has no step is stored as a constant."""
        first = len(self.channels)
        ends = [stage.codes(a, zero) for a in (low, high)]
        for c in range(len(bias)):
            if ends[0][c] == ends[1][c]:
                self.channels.append({"zero": int(ends[0][c])})
                continue
            if not -(1 << SUM_BITS - 1) <= low[c] <= high[c] < 1 << SUM_BITS - 1:
                raise UserError(
                    f"layer {name}, channel {c}: sums reach from {low[c]} to {high[c]}", f"{SUM_BITS} bits",
                    "Widen SUM_BITS in resnet8_pkg.sv and _words.py; float32's requantizer then rounds first.",
                )  # fmt: skip
            self.channels.append({"bias": int(bias[c]), "zero": zero, **stage.word(c, name)})
        self.channels += [{}] * (first + padded - len(self.channels))
        self.channel_names += [name] * padded
        return first, len(self.channels) - 1

    def _weights(self, w: Array, words: int) -> int:
        """Store ``[outputs, rows, columns, inputs]`` as steps of lanes x WIDTH; return the first step."""
        first = len(self.weights)
        groups = self._padded(len(w)) // self.lanes
        w = np.pad(w, ((0, groups * self.lanes - len(w)), (0, 0), (0, 0), (0, words * WIDTH - w.shape[3])))
        steps = w.reshape(groups, self.lanes, -1, WIDTH).transpose(0, 2, 1, 3)
        self.weights.extend(steps.reshape(-1, self.lanes * WIDTH))
        return first

    def _unit(self) -> int:
        """Return the weights that let LANES channels pass as they are."""
        if self.identity is None:
            self.identity = self._weights(np.eye(self.lanes, dtype=np.int64)[:, None, None, :], self.lanes // WIDTH)
        return self.identity

    def _finish(self, pixels: int, colours: int) -> Memories:
        channel, addition = CHANNELS[self.layers.arithmetic], ADDITIONS[self.layers.arithmetic]
        weights = np.stack(self.weights)
        bits = 8 if weights.min() >= -128 and weights.max() <= 127 else 9
        words = {
            "weights.hex": ([_join(row, bits) for row in weights.tolist()], bits * weights.shape[1]),
            "channels.hex": (
                [pack(channel, c, name) for c, name in zip(self.channels, self.channel_names, strict=True)],
                bits_of(channel),
            ),
            "pixels.hex": ([int(code) & 255 for code in self.layers.pixels], 8),
        }
        for what, count, most, name in (
            ("words of activations", self.places.peak, 1 << bits_of_field("target"), "ADDRESS_BITS"),
            ("steps of weights", len(self.weights), 1 << bits_of_field("weights"), "STEP_BITS"),
            ("layers", len(self.program), 255, "the sequencer's number"),
        ):
            if count > most:
                raise UserError(
                    f"{self.layers.model} takes {count:,} {what}", f"at most {most:,}",
                    f"Widen {name} in the SystemVerilog and in _words.py, or run a smaller network.",
                )  # fmt: skip
        layers = [
            pack(
                LAYER,
                fields | {"addition": pack(addition, fields if fields.get("add") else {}, step.layer)},
                step.layer,
            )
            for fields, step in zip(self.program, self.steps, strict=True)
        ]
        sums = {f"{name.split('.')[0]}_sum": checksum(*found) for name, found in words.items()}
        sums["program_sum"] = checksum(layers, bits_of(LAYER))
        words["program.hex"] = ([pack(HEADER, sums, "header"), *layers], bits_of(LAYER))
        return Memories(
            self.layers.model,
            {
                "ARITHMETIC": self.layers.arithmetic, "LANES": self.lanes, "WEIGHT_BITS": bits,
                "MEMORY_WORDS": self.places.peak,
                "WEIGHT_STEPS": len(self.weights), "CHANNELS": len(self.channels), "LAYERS": len(self.program),
                "IMAGE": self.image, "PIXELS": pixels, "COLOURS": colours,
                "CLASSES": self.layers.shapes[self.layers.layers[-1].output][2],
            },
            {name: hexadecimal(*words[name]) for name in HEX},
            tuple(self.steps),
            tuple(self.program),
        )  # fmt: skip


def _addition(layer: Add) -> dict[str, int]:
    """Return the fields of a layer that adds codes."""
    if layer.fixed is not None:
        return addition_fields(layer.fixed)
    found = find_sum(layer.codes, layer.ratio, layer.second_ratio, ADD_SHIFT, name=f"layer {layer.name}")
    reached = 128 * (abs(found.factor) + abs(found.second_factor)) + abs(found.offset)
    if reached >= 1 << TOTAL_BITS - 1:
        raise UserError(f"layer {layer.name} adds up to {reached}", f"below 2^{TOTAL_BITS - 1}", "Widen TOTAL_BITS.")
    return {"factor": found.factor, "second_factor": found.second_factor, "offset": found.offset}


def addition_fields(found: FixedSum) -> dict[str, int]:
    """Return TensorFlow Lite's addition as the program holds it."""
    prefixes = ("", "second_", "sum_")
    fields = {f"{prefix}zero": zero for prefix, zero in zip(prefixes, found.zeros, strict=True)}
    for prefix, factor in zip(prefixes, found.factors, strict=True):
        fields |= {f"{prefix}multiplier": factor.multiplier, f"{prefix}shift": factor.shift}
    return fields | {"way": WAYS.index(found.factors[0].way)}


def _join(values: Sequence[int], bits: int) -> int:
    word = 0
    for value in reversed(values):
        word = word << bits | value & (1 << bits) - 1
    return word
