"""What a network is fed: a user's arrays or pictures, CIFAR-10 for ResNet8, else seeded values that cover its range."""

from ._choose import Inputs, inputs_for, is_resnet8
from ._pieces import chunks
from ._shape_option import parse_shapes

__all__ = ["Inputs", "chunks", "inputs_for", "is_resnet8", "parse_shapes"]
