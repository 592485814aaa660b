"""QLinearAdd, pooling or softmax by the documented formula, every step in float32."""

from dataclasses import dataclass, replace
from typing import ClassVar

from ..arithmetic import Runtime
from ..runtimes.documented import DOCUMENTED
from ._fault import Fault


@dataclass(frozen=True)
class DocumentedFormula(Fault):
    """The formula of the documentation in place of what the runtime computes.

    Examples
    --------
    >>> DocumentedFormula().describe()
    'form=documented'
    """

    part: ClassVar[str] = "formula"

    def describe(self) -> str:
        """Return it as ``name=value``."""
        return "form=documented"

    def made_in(self, runtime: Runtime) -> Runtime:
        """Change the functions."""
        return replace(runtime, functions={**runtime.functions, **DOCUMENTED})
