"""What the clamp of a pair of products takes, in plain integers: the twin of `_pairwise`."""

from ..arithmetic import FirstStage

INT16 = (-(1 << 15), (1 << 15) - 1)


class Pairs:
    """Follows the products of one sum; see `_pairwise` for what the processor does."""

    def __init__(self, stage: FirstStage) -> None:
        self.clamping = stage.pairs
        self.first: int | None = None

    def taken(self, product: int) -> int:
        """Return what the clamp takes of the pair that this product of stored codes closes; 0 if it opens one."""
        if not self.clamping:
            return 0
        if self.first is None:
            self.first = product
            return 0
        pair, self.first = self.first + product, None
        return pair - min(max(pair, INT16[0]), INT16[1])
