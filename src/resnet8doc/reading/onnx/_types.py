"""What a file says of a tensor's type and shape."""

from onnx.onnx_ml_pb2 import ValueInfoProto

from ._tensor import name_of


def type_and_shape(entry: ValueInfoProto) -> tuple[str | None, list[int | str | None] | None]:
    """Return a tensor's type and the lengths of its axes, None where the file does not say."""
    kind = entry.type.tensor_type
    if not entry.type.HasField("tensor_type") or not kind.elem_type:
        return None, None
    if not kind.HasField("shape"):
        return name_of(kind.elem_type), None
    shape: list[int | str | None] = [
        axis.dim_value if axis.HasField("dim_value") else axis.dim_param or None for axis in kind.shape.dim
    ]
    return name_of(kind.elem_type), shape
