"""Deliberate mistakes: what real hardware and firmware get wrong, each of which can be made in any runtime.

``ONNXRUNTIME_X86.with_fault(Rounded("half_up"))`` is a runtime with one mistake. A fault is made in one part of an
operator; an operator that has no such part refuses it: see the ``parts`` of :class:`resnet8doc.ops.Operator`.
"""

from ._fault import Fault
from ._parse import FIELDS, parse_fault
from .accumulator import Accumulator
from .channel_scale import ChannelScale
from .formula import DocumentedFormula
from .held_as import HeldAs
from .overflow import Wraps
from .padding import PaddedWithCodeZero
from .pairs import PairsSaturate
from .relu import Relu
from .rounded import Rounded
from .zero_point import ZeroPointFirst

__all__ = [
    "FIELDS", "Accumulator", "ChannelScale", "DocumentedFormula", "Fault", "HeldAs", "PaddedWithCodeZero",
    "PairsSaturate", "Relu", "Rounded", "Wraps", "ZeroPointFirst", "parse_fault",
]  # fmt: skip
