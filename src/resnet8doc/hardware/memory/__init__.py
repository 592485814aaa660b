"""Where each activation lies, and what each operator costs."""

from ._buffers import Buffer, Plan, buffers, costs

__all__ = ["Buffer", "Plan", "buffers", "costs"]
