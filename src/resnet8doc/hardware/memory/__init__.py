"""Where each activation lies, and what each operator costs."""

from ._buffers import Buffer, Plan, buffers, plan
from ._costs import costs
from ._steps import Kept, Read, Step, Steps, positions, steps

__all__ = ["Buffer", "Kept", "Plan", "Read", "Step", "Steps", "buffers", "costs", "plan", "positions", "steps"]
