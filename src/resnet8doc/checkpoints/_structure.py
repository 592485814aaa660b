"""Is a Keras configuration this network? The same weights could sit in a net that computes something else."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ..architecture import BATCH_NORMALIZATION_EPSILON, IMAGE_SHAPE, LAYERS, Kind
from ..errors import UserError
from ._match import REMEDY

_KINDS: dict[str, Kind] = {
    "Add": "add",
    "AveragePooling2D": "average_pool",
    "GlobalAveragePooling2D": "average_pool",
    "Flatten": "flatten",
    "ReLU": "relu",
    "Softmax": "softmax",
}


def check_structure(path: Path, config: dict[str, Any], names: dict[str, str]) -> None:
    """Follow the configuration from the image to its last layer and compare each layer with the architecture's.

    Parameters
    ----------
    path
        The file, for the message.
    config
        Keras's configuration of a functional model, version 2 or 3.
    names
        The architecture's name of each layer with weights, by the file's name.

    Raises
    ------
    UserError
        Naming the first layer that differs.
    """
    described = config.get("config", {})
    layers = described.get("layers", []) if isinstance(described, dict) else []
    meaning: dict[str, str] = {}  # the architecture's layer whose output a layer of the file gives
    for layer in layers:
        kind, settings, name = layer["class_name"], layer["config"], layer.get("name", layer["config"].get("name"))
        if kind == "InputLayer":
            shape = tuple((settings.get("batch_shape") or settings.get("batch_input_shape"))[1:])
            _same(path, name, "shape", shape, IMAGE_SHAPE)
            meaning[name] = "input"
            continue
        sources = [meaning.get(source, source) for source in _sources(layer.get("inbound_nodes", []))]
        if kind in ("Dropout", "SpatialDropout2D"):  # does nothing after training
            meaning[name] = sources[0]
        elif name in names:
            meaning[name] = _check_weighted(path, name, names[name], settings, sources)
        else:
            meaning[name] = _find(path, name, kind, settings, sources)
    if not meaning or next(reversed(meaning.values())) not in ("dense", "softmax"):
        raise UserError(f"{path} does not end in a softmax over classes", "a functional model of ResNet8", REMEDY)


def _check_weighted(path: Path, name: str, ours: str, settings: dict[str, Any], sources: list[str]) -> str:
    layer = LAYERS[ours]
    activation = settings.get("activation", "linear")
    match layer.kind:
        case "conv":
            _same(path, name, "strides", tuple(settings["strides"]), layer.strides)
            _same(path, name, "padding", settings["padding"], "same")
            _same(path, name, "dilation_rate", tuple(settings["dilation_rate"]), (1, 1))
            _same(path, name, "activation", activation, "linear")
        case "batch_normalization":
            _same(path, name, "epsilon", round(settings["epsilon"], 9), BATCH_NORMALIZATION_EPSILON)
    _same(path, name, "inputs", tuple(sources), layer.inputs)
    if layer.kind == "dense" and activation == "softmax":
        return "softmax"
    _same(path, name, "activation", activation, "linear")
    return ours


def _find(path: Path, name: str, kind: str, settings: dict[str, Any], sources: list[str]) -> str:
    """Find the layer without weights that computes the same from the same inputs."""
    wanted = _KINDS.get(kind)
    if kind == "Activation":
        wanted = _KINDS.get({"relu": "ReLU", "softmax": "Softmax"}.get(settings["activation"], ""))
    elif kind == "ReLU":
        _same(path, name, "max_value", settings.get("max_value"), None)
        _same(path, name, "negative_slope", settings.get("negative_slope") or 0.0, 0.0)
        _same(path, name, "threshold", settings.get("threshold") or 0.0, 0.0)
    elif kind == "AveragePooling2D":
        _same(path, name, "pool_size", tuple(settings["pool_size"]), LAYERS[LAYERS["pool"].inputs[0]].output_shape[:2])
    for layer in LAYERS.values():
        if layer.kind == wanted and sorted(layer.inputs) == sorted(sources):
            return "flatten" if kind == "GlobalAveragePooling2D" and not settings.get("keepdims") else layer.name
    raise UserError(
        f"{path} is another architecture: {name} is a {kind} of {', '.join(sources) or 'nothing'}",
        "only the layers of ResNet8 in their order",
        REMEDY,
    )


def _same(path: Path, name: str, setting: str, found: object, expected: object) -> None:
    if found != expected:
        raise UserError(f"{path} is another architecture: {name} has {setting} {found}", f"{expected}", REMEDY)


def _sources(nodes: Any) -> Iterator[str]:
    """Yield the names of the layers that a layer reads, from Keras 2's nested lists or Keras 3's tensors."""
    if isinstance(nodes, dict):
        if "keras_history" in nodes:
            yield str(nodes["keras_history"][0])
        else:
            for item in nodes.values():
                yield from _sources(item)
    elif isinstance(nodes, list):
        if len(nodes) >= 3 and isinstance(nodes[0], str) and isinstance(nodes[1], int):
            yield nodes[0]
        else:
            for item in nodes:
                yield from _sources(item)
