"""Where each tensor lies in the activation memory: first fit, in words."""


class Places:
    """Gives tensors room and takes it back.

    Attributes
    ----------
    start, size
        Of each tensor that has room now, in words.
    peak
        Words that were ever needed.

    Examples
    --------
    >>> places = Places()
    >>> places.put("a", 10), places.put("b", 5)
    (0, 10)
    >>> places.free("a")
    >>> places.put("c", 8), places.put("d", 3), places.peak
    (0, 15, 18)
    """

    def __init__(self) -> None:
        self.start: dict[str, int] = {}
        self.size: dict[str, int] = {}
        self.peak = 0

    def put(self, tensor: str, words: int) -> int:
        """Return where a new tensor begins: the first gap that is large enough."""
        at = 0
        for start, size in sorted((start, self.size[name]) for name, start in self.start.items()):
            if start - at >= words:
                break
            at = max(at, start + size)
        self.start[tensor], self.size[tensor] = at, words
        self.peak = max(self.peak, at + words)
        return at

    def free(self, tensor: str) -> None:
        """Take a tensor's room back."""
        del self.start[tensor], self.size[tensor]

    def replace(self, tensor: str, by: str) -> int:
        """Give a tensor's room to another of the same size, code by code."""
        self.start[by], self.size[by] = self.start.pop(tensor), self.size.pop(tensor)
        return self.start[by]
