"""Which layer of the architecture a node belongs to."""

import re

from ...architecture import LAYERS

ENDINGS = "_quantized|_quant|_QuantizeLinear|_DequantizeLinear|_Output|_Input|_nchw"
OPTIMISERS = r"_q|_token_\d+|/duplicated"
"""What ONNX Runtime's optimiser appends to names."""

SUFFIXES = re.compile(f"({ENDINGS}|{OPTIMISERS})+$")
ALIASES = {"dense_matmul": "dense", "dense/MatMul": "dense"}


def layer_of(name: str, output: str) -> str:
    """Return the layer's readable name; for a network that is not ResNet8, the node's name without its suffixes.

    Examples
    --------
    >>> layer_of("stack2_conv1_quant", "stack2_conv1_quantized")
    'stack2_conv1'
    >>> layer_of("stack2_conv1_token_15", "x")  # as ONNX Runtime's optimiser names it
    'stack2_conv1'
    >>> layer_of("stem_conv/kernel_DequantizeLinear", "x"), layer_of("input_nchw_QuantizeLinear", "x")
    ('stem_conv', 'input')
    """
    for candidate in (name, output):
        stripped = SUFFIXES.sub("", candidate)
        stripped = ALIASES.get(stripped, stripped)
        if stripped in LAYERS or stripped == "input":
            return stripped
        owner = stripped.split("/")[0]
        if owner in LAYERS:
            return owner
    return SUFFIXES.sub("", name)
