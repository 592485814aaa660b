"""What a tool makes of a network, or the sentence with which it refuses."""

from collections.abc import Callable
from typing import TypeVar

from ..errors import UserError

Made = TypeVar("Made")


def attempt(make: Callable[[], Made]) -> Made | UserError:
    """Return what is made, or why it is not: a refusal, or a package that is not installed, by its name.

    Parameters
    ----------
    make
        Makes it; its imports stand inside it, so that a missing package stops this one tool alone.

    Examples
    --------
    >>> attempt(lambda: 3)
    3
    >>> attempt(lambda: __import__("no_such_package")).found
    'the package no_such_package is not installed'
    """
    try:
        return make()
    except UserError as error:
        return error
    except ImportError as error:
        name = (error.name or str(error)).partition(".")[0]
        return UserError(
            f"the package {name} is not installed", "the package, which only this part needs",
            "Install it and write the specification again.",
        )  # fmt: skip
