"""A TorchScript file as a list of calls, each of which can be run by itself: what extraction and oracle go through."""

import io
import warnings
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ...errors import UserError

Array = npt.NDArray[Any]

ENGINE_FILE = "quantized_engine"
"""Extra file in a quantized model's archive that names its engine."""

MAKE = "Make it again: python -m resnet8doc quantize."


@dataclass(frozen=True)
class Ref:
    """A tensor that a call reads: the graph's input, or what an earlier call gave."""

    name: str


@dataclass(frozen=True)
class Call:
    """One operator of the file.

    Attributes
    ----------
    kind
        As TorchScript has it: ``quantized::conv2d_relu``.
    arguments
        In the operator's order: `Ref` for tensors, else Python values and packed weights.
    output
        The name of what it gives; unique.
    owner
        The path of the module that holds its weights; empty without any.
    overload
        Which of the operators of that name.
    keywords
        The names of those last arguments that are given by name.
    """

    kind: str
    arguments: tuple[Any, ...]
    output: str
    owner: str
    overload: str
    keywords: tuple[str, ...]


class Script:
    """A quantized TorchScript file, its weights packed for the engine that it names.

    Parameters
    ----------
    path
        A file that ``torch.jit.save`` wrote, with an extra file ``quantized_engine``.

    Attributes
    ----------
    engine
        ``fbgemm``, ``qnnpack``, ``onednn`` or ``x86``.
    calls
        In the order in which they run.
    fed, given
        The names of the input and of the output.

    Raises
    ------
    UserError
        If the file is missing or is not TorchScript, names no engine or one that this PyTorch lacks, or is no plain
        sequence of calls from one tensor to one.
    """

    def __init__(self, path: Path) -> None:
        import torch  # here, so that other models are extracted without PyTorch

        self._torch = torch
        self.engine = _engine(path)
        supported = torch.backends.quantized.supported_engines
        if self.engine not in supported:
            raise UserError(
                f"{path.name} was quantized for {self.engine}",
                f"one of this PyTorch's engines, {', '.join(supported)}",
                "Extract it on a processor and with a PyTorch that have it.",
            )  # fmt: skip
        torch.backends.quantized.engine = self.engine
        self._module = _load(path)
        self.fed, self.calls, self.given = self._walk(path)

    def run(self, image: Any) -> dict[str, Any]:
        """Return every tensor by its name, as PyTorch computes it: one call after the other.

        Parameters
        ----------
        image
            The input, a tensor or an array.

        Raises
        ------
        UserError
            If an operator refuses its inputs.
        """
        torch = self._torch
        torch.backends.quantized.engine = self.engine
        values = {self.fed: torch.as_tensor(image)}
        with torch.inference_mode(), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that quantized tensors are deprecated is no news here
            for call in self.calls:
                space, _, name = call.kind.partition("::")
                operator = getattr(getattr(getattr(torch.ops, space), name), call.overload)
                arguments = [_given(value, values) for value in call.arguments]
                plain = len(arguments) - len(call.keywords)
                named = dict(zip(call.keywords, arguments[plain:], strict=True))
                try:
                    values[call.output] = operator(*arguments[:plain], **named)
                except RuntimeError as error:
                    reason = str(error).strip().splitlines()[0][:200]
                    raise UserError(
                        f"{call.kind} ({call.output}) refuses its inputs ({reason})",
                        f"an input that the model takes, not {list(np.shape(image))}", "Give another input.",
                    ) from error  # fmt: skip
        return values

    def whole(self, image: Any) -> Any:
        """Return the output of the module run as a whole: what the calls must add up to."""
        torch = self._torch
        torch.backends.quantized.engine = self.engine
        with torch.inference_mode(), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # likewise
            return self._module(torch.as_tensor(image))

    def _walk(self, path: Path) -> tuple[str, list[Call], str]:
        graph = self._module.inlined_graph
        inputs, outputs = list(graph.inputs()), list(graph.outputs())
        if len(inputs) != 2 or len(outputs) != 1:
            raise UserError(
                f"{path.name} has {len(inputs) - 1} inputs and {len(outputs)} outputs", "one of each",
                "Export a model from one tensor to one.",
            )  # fmt: skip
        known: dict[str, Any] = {inputs[0].debugName(): self._module, inputs[1].debugName(): Ref("input")}
        paths: dict[str, str] = {inputs[0].debugName(): ""}
        calls: list[Call] = []
        for node in graph.nodes():
            arguments = tuple(known[value.debugName()] for value in node.inputs())
            outs, kind = [value.debugName() for value in node.outputs()], node.kind()
            if len(outs) != 1 or next(node.blocks(), None) is not None:
                raise UserError(
                    f"{path.name} has a {kind} with {len(outs)} outputs, or branches", "a plain sequence of operators",
                    "Trace the model: torch.jit.trace.",
                )  # fmt: skip
            if kind == "prim::Constant":
                known[outs[0]] = node.output().toIValue()
            elif kind == "prim::GetAttr":
                source, name = next(node.inputs()).debugName(), node.s("name")
                known[outs[0]] = getattr(arguments[0], name)
                paths[outs[0]] = f"{paths[source]}.{name}".lstrip(".")
            elif kind in ("prim::ListConstruct", "prim::TupleConstruct"):
                known[outs[0]] = list(arguments)
            elif kind.startswith("prim::"):
                raise UserError(
                    f"{path.name} has a {kind}", "a plain sequence of operators", "Trace the model: torch.jit.trace."
                )
            else:
                held = [paths[v.debugName()] for v in node.inputs() if v.debugName() in paths]
                owner = next((each for each in held if each.endswith("_packed_params")), "")
                owner = owner.partition("._packed_params")[0]
                schema = self._torch._C.parse_schema(node.schema())
                keywords = tuple(argument.name for argument in schema.arguments if argument.kwarg_only)
                overload = schema.overload_name or "default"
                call = Call(kind, arguments, _unique(kind, owner, calls), owner, overload, keywords)
                calls.append(call)
                known[outs[0]] = Ref(call.output)
        last = known[outputs[0].debugName()]
        if not isinstance(last, Ref) or not calls:
            raise UserError(f"{path.name} gives no tensor that it computes", "a network", "Export another model.")
        return "input", calls, last.name


def _unique(kind: str, owner: str, calls: list[Call]) -> str:
    """Name an output by its layer, else by its operator, as torch.fx does: ``stem_conv``, ``add_relu_1``."""
    base = owner.partition(".")[0] or kind.partition("::")[2]
    taken, name, number = {call.output for call in calls}, base, 0
    while name in taken:
        number += 1
        name = f"{base}_{number}"
    return name


def _given(value: Any, values: Mapping[str, Any]) -> Any:
    if isinstance(value, list):
        return [_given(entry, values) for entry in value]
    return values[value.name] if isinstance(value, Ref) else value


def _engine(path: Path) -> str:
    """Return the engine that an archive names."""
    if not path.is_file():
        raise UserError(f"{path} does not exist", "a TorchScript file", MAKE)
    try:
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                if name.endswith(f"/extra/{ENGINE_FILE}"):
                    return archive.read(name).decode()
    except (zipfile.BadZipFile, OSError, UnicodeDecodeError) as error:
        raise UserError(f"{path} is not TorchScript ({error})", "a file that torch.jit.save wrote", MAKE) from error
    raise UserError(
        f"{path.name} does not name the engine that it was quantized for", f"an extra file {ENGINE_FILE} in it",
        f"Save it with torch.jit.save(model, path, _extra_files={{'{ENGINE_FILE}': 'fbgemm'}}).",
    )  # fmt: skip


def _load(path: Path) -> Any:
    import torch

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that TorchScript is deprecated is no news here
            module = torch.jit.load(io.BytesIO(path.read_bytes()), map_location="cpu")
    except (RuntimeError, ValueError) as error:
        reason = str(error).strip().splitlines()[0][:200]
        raise UserError(f"{path} is not TorchScript ({reason})", "a file that torch.jit.save wrote", MAKE) from error
    return module.eval()
