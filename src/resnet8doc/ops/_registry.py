"""Every operator that the engine knows, collected from this folder: a new one adds its file and no more."""

import pkgutil
import sys
from collections.abc import Iterator
from importlib import import_module

from ._operator import Operator


def _modules() -> Iterator[str]:
    """Return the modules of this package but this one, by name; a zip file or compiled modules alone will do."""
    assert __package__ is not None
    folder = sys.modules[__package__].__path__
    return (entry.name for entry in pkgutil.iter_modules(folder, f"{__package__}.") if entry.name != __name__)


def _records() -> Iterator[Operator]:
    for name in _modules():
        yield from (record for record in vars(import_module(name)).values() if isinstance(record, Operator))


OPERATORS: dict[tuple[str, str], Operator] = {
    (record.domain, record.op_type): record
    for record in sorted(_records(), key=lambda record: (record.domain, record.op_type))
}
"""Every operator by ``(domain, op_type)``: each module-level :class:`Operator`, whatever its name. In order, so that
who looks for a name alone meets the standard's operator first."""
