"""ONNX to PyTorch by onnx2torch."""

import io
import warnings
from pathlib import Path

import onnx
import torch

from ..architecture import IMAGE_SHAPE
from ..errors import UserError
from ..files import replacing
from ._check import check_is_resnet8
from ._log import logged

# PyTorch points to torch.export; TorchScript stays here because its file runs without the code that made it.
_LOAD_DEPRECATION = "`torch.jit.load` is deprecated"


def load_onnx2torch(path: Path) -> torch.fx.GraphModule:
    """Convert the float ONNX model to a PyTorch module by onnx2torch.

    MatMul and Add of the dense layer are handed over as one Gemm: of that onnx2torch makes a `torch.nn.Linear`, which
    PyTorch's quantizers know, while a MatMul becomes a bare function that they leave in float32.

    Parameters
    ----------
    path
        ``resnet8.onnx``, as `to_onnx` writes it.

    Returns
    -------
    torch.fx.GraphModule
        In evaluation mode, its modules named as the ONNX nodes: ``stack2_conv1``. Input float32 ``[N, 32, 32, 3]``,
        raw pixels; output float32 ``[N, 10]``, probabilities.

    Raises
    ------
    UserError
        If the file is not this network.
    """
    import onnx2torch  # it brings torch's compiler: seconds that who only loads TorchScript need not wait

    model = check_is_resnet8(path)
    _join_dense(model.graph)
    module: torch.fx.GraphModule = onnx2torch.convert(model, save_input_names=True)
    return module.eval()


def _join_dense(graph: onnx.GraphProto) -> None:
    nodes = {node.name: node for node in graph.node}
    matmul, add = nodes["dense_matmul"], nodes["dense"]
    add.CopyFrom(onnx.helper.make_node("Gemm", [*matmul.input, add.input[1]], add.output, "dense"))
    graph.node.remove(matmul)


def to_pytorch(path: Path, output: Path, log: Path) -> None:
    """Convert the float ONNX model to TorchScript and write it, atomically.

    The module from `load_onnx2torch` is traced on a batch of two black images and frozen: the file holds graph and
    weights and no Python class, so `torch.jit.load` runs it in a process that has neither onnx2torch nor this package.

    Parameters
    ----------
    path
        ``resnet8.onnx``.
    output
        The TorchScript file.
    log
        The log file: versions, each operator that onnx2torch converted, Python's warnings.

    Raises
    ------
    UserError
        If the ONNX file is not this network, or a file cannot be written.
    """
    with logged(log, "onnx2torch", ("onnx2torch", "torch", "onnx")) as said:
        module = load_onnx2torch(path)
        for node in module.graph.nodes:  # onnx2torch itself logs nothing
            if node.op == "call_module":
                kind = type(module.get_submodule(str(node.target))).__name__
                said.add("onnx2torch", "INFO", f"{node.target} became {kind}")
        with torch.inference_mode():
            traced = torch.jit.freeze(torch.jit.trace(module, torch.zeros(2, *IMAGE_SHAPE)))
        buffer = io.BytesIO()  # given a file, torch writes its (temporary) name into it
        torch.jit.save(traced, buffer)
        with replacing(output) as temporary:
            temporary.write_bytes(buffer.getvalue())
        said.add("resnet8doc", "INFO", f"traced and frozen to {output.name}")


def load_torchscript(path: Path) -> torch.jit.ScriptModule:
    """Read a TorchScript file, float or quantized; no pickled class of it is run.

    Raises
    ------
    UserError
        If the file is missing or is not TorchScript.
    """
    if not path.is_file():
        raise UserError(f"{path} does not exist", "a TorchScript file", "Make it first: python -m resnet8doc convert.")
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message=_LOAD_DEPRECATION, category=FutureWarning)
            module: torch.jit.ScriptModule = torch.jit.load(io.BytesIO(path.read_bytes()), map_location="cpu")
    except RuntimeError as error:
        raise UserError(
            f"{path} is not TorchScript ({str(error).splitlines()[0]})",
            "a file that torch.jit.save wrote",
            "Delete it and make it again: python -m resnet8doc convert.",
        ) from error
    module.eval()
    return module
