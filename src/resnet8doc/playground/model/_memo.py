"""Results that are kept while the reader changes something else."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")
VALUES = (str, int, float, bool, tuple, type(None))
"""Types of arguments that are compared by value; every other by identity, for a network's tensors are never changed."""


def kept(size: int) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Return a decorator that keeps a function's last results.

    The arguments are kept with them, so that an identity is not given to another object meanwhile. What raises is
    asked again.

    Parameters
    ----------
    size
        How many results.

    Examples
    --------
    >>> calls = []
    >>> @kept(1)
    ... def length(values, name):
    ...     calls.append(name)
    ...     return len(values)
    >>> one, same = [1, 2], [1, 2]
    >>> length(one, "a"), length(one, "a"), length(same, "a"), calls
    (2, 2, 2, ['a', 'a'])
    """

    def decorate(function: Callable[P, T]) -> Callable[P, T]:
        results: OrderedDict[Hashable, tuple[Any, T]] = OrderedDict()

        @wraps(function)
        def remembering(*args: P.args, **kwargs: P.kwargs) -> T:
            key = (*map(_key, args), *((name, _key(value)) for name, value in kwargs.items()))
            if key not in results:
                results[key] = (args, kwargs), function(*args, **kwargs)
                if len(results) > size:
                    results.popitem(last=False)
            results.move_to_end(key)
            return results[key][1]

        return remembering

    return decorate


def _key(value: object) -> Hashable:
    return (type(value).__name__, value) if isinstance(value, VALUES) else id(value)
