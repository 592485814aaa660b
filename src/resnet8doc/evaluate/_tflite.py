"""Runs ``.tflite`` files with LiteRT on the CPU, as an application does: XNNPACK where it has a kernel."""

import importlib.metadata
from pathlib import Path
from typing import Any

import numpy as np
from ai_edge_litert.interpreter import Interpreter

from ._runners import INPUT, OUTPUT, Float32, Runner, corrupt, wrong_shape


def open_model(path: Path) -> Runner:
    """Load a TensorFlow Lite model; its input and output are checked against ResNet8's.

    A model whose interface is int8 codes is given codes and its answers are read as what they stand for, by the scale
    and zero point that the file states for them.
    """
    try:
        interpreter = Interpreter(model_path=str(path), num_threads=1)
        inputs, outputs = interpreter.get_input_details(), interpreter.get_output_details()
    except (ValueError, RuntimeError) as error:
        raise corrupt(path, "TensorFlow Lite model", error) from error
    if len(inputs) != 1 or not _is(inputs[0], INPUT):
        raise wrong_shape(
            path, "input", [f"{i['dtype'].__name__} {i['shape_signature'].tolist()}" for i in inputs], INPUT
        )
    if len(outputs) != 1 or not _is(outputs[0], OUTPUT):
        found = [f"{o['dtype'].__name__} {o['shape_signature'].tolist()}" for o in outputs]
        raise wrong_shape(path, "output", found, OUTPUT)
    fed, given = inputs[0], outputs[0]
    size = 0

    def run(images: Float32) -> Float32:
        nonlocal size
        if len(images) != size:
            interpreter.resize_tensor_input(fed["index"], images.shape)
            interpreter.allocate_tensors()
            size = len(images)
        interpreter.set_tensor(fed["index"], _quantized(images, fed))
        interpreter.invoke()
        return _real(interpreter.get_tensor(given["index"]), given)

    options = {"kernels": "XNNPACK, else built-in", "threads": "1"}
    return Runner("tflite", f"LiteRT {importlib.metadata.version('ai-edge-litert')}", run, options)


def _is(details: Any, shape: tuple[object, ...]) -> bool:
    """Tell whether an input or output is float32 or int8 of that shape, the batch axis free."""
    found = details["shape_signature"].tolist()
    return details["dtype"] in (np.float32, np.int8) and found[:1] == [-1] and tuple(found[1:]) == shape[1:]


def _quantized(images: Float32, details: Any) -> Any:
    if details["dtype"] == np.float32:
        return images
    scale, zero_point = details["quantization"]
    return np.clip(np.rint(images / np.float32(scale)) + zero_point, -128, 127).astype(np.int8)


def _real(values: Any, details: Any) -> Float32:
    if details["dtype"] == np.float32:
        return np.asarray(values, np.float32)
    scale, zero_point = details["quantization"]
    return np.asarray((values.astype(np.int32) - zero_point) * np.float32(scale), np.float32)
