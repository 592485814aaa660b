"""Options that several commands share."""

from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from typer.core import TyperCommand

Checkpoint = Annotated[
    str,
    typer.Option(
        help="The weights: `bundled` (trained by this project), `mlperf-tiny` (MLPerf Tiny's own), or the path of an "
        ".h5, .weights.h5, .keras or .npz file of the same architecture.",
        show_default=True,
    ),
]

OutputJson = Annotated[
    Path | None,
    typer.Option(
        "--output-json", help="Write the result as JSON to this file as well; `-` prints it instead.", metavar="FILE"
    ),
]

Jobs = Annotated[int, typer.Option(help="Stages that run at once.", min=1)]

Model = Annotated[
    Path, typer.Argument(help="An ONNX model (QOperator, QDQ or float) or a TensorFlow Lite file.", metavar="MODEL")
]
Network = Annotated[
    Path | None,
    typer.Option(
        help="An extraction (…_operations.json), ONNX or TensorFlow Lite model; without it, the build's int8 QOperator "
        "model."
    ),
]
Layout = Annotated[
    Literal["NHWC", "NCHW"], typer.Option(help="NHWC or NCHW: the order of numbers in files without a shape.")
]
Images = Annotated[
    int | None, typer.Option(help="The largest number of images, or other items; without it, all.", min=1)
]
Source = Annotated[
    Path | None,
    typer.Option(
        "--input",
        help="The network's inputs: an .npy, an .npz with an array for each input, or a folder of pictures. Without "
        "it, CIFAR-10's test images for ResNet8, and random values over the range of the first QuantizeLinear for any "
        "other network.",
        metavar="PATH",
    ),
]
Shape = Annotated[
    list[str] | None,
    typer.Option(
        "--shape", help="The length of a free axis, or an input's whole shape (x=1,3,8,8); may be repeated.",
        metavar="NAME=LENGTH",
    ),
]  # fmt: skip

Whose = Annotated[
    str | None,
    typer.Option(
        "--runtime",
        help="The arithmetic: onnxruntime_x86, tflite_micro or another of resnet8doc.runtimes. Without it, "
        "that of TensorFlow Lite Micro for a TensorFlow Lite file, or of the first kernel set that has all of it if "
        "Micro has not (of uint8 codes, for example), and of ONNX Runtime on x86-64 for others.",
        metavar="NAME",
    ),
]
Variant = Annotated[
    Literal["float", "integer"] | None,
    typer.Option(
        help="In ONNX Runtime's arithmetic: float (the default), or integer, the same bytes without floating point. "
        "In TensorFlow Lite's arithmetic all programs are integer, but for fully connected layers of its reference "
        "kernels."
    ),
]


Arithmetic = Annotated[
    str | None,
    typer.Option(
        "--runtime",
        help="The arithmetic: onnxruntime_x86, tflite_reference, tflite_micro, tflite_builtin or tflite_builtin_arm. "
        "Without it, tflite_reference for a TensorFlow Lite file, and onnxruntime_x86 for others.",
    ),
]


class FusedMayStandAlone(TyperCommand):
    """A command whose ``--fused`` needs no value: alone it says ``default``. Typer has no option of this kind."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Give ``--fused`` its value where none follows."""
        for number, word in enumerate(args):
            if word == "--fused" and args[number + 1 : number + 2] not in (["default"], ["integers"]):
                args = [*args[: number + 1], "default", *args[number + 1 :]]
                break
        return super().parse_args(ctx, args)
