"""The one error that a user's own mistake raises."""


class UserError(Exception):
    """Something the user gave cannot be used.

    The message says what was found, what was expected, and what to do. The command line prints it without a
    traceback and exits with status 1.

    Parameters
    ----------
    found
        What was found, naming the file or option: ``"x.npz has 3 arrays"``.
    expected
        What was expected instead: ``"the 43 arrays of ResNet8"``.
    remedy
        What the user can do about it, in the imperative.

    Examples
    --------
    >>> raise UserError("scale is 0.0", "a positive float32", "Give a scale above 0.")
    Traceback (most recent call last):
    ...
    resnet8doc.errors.UserError: scale is 0.0; expected a positive float32. Give a scale above 0.
    """

    def __init__(self, found: str, expected: str, remedy: str) -> None:
        super().__init__(f"{found}; expected {expected}. {remedy}")
        self.found = found
        self.expected = expected
        self.remedy = remedy

    def __reduce__(self) -> tuple[type["UserError"], tuple[str, str, str]]:
        """Survive pickling, so that a worker process can report it."""
        return type(self), (self.found, self.expected, self.remedy)
