"""Do two models answer the same?"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

NEAR_TIE = 1e-4
"""Float kernels sum in another order on another processor; two best classes closer than this may change places."""


class ConversionError(Exception):
    """A conversion did not keep what it must keep. No mistake of the user's: the build stops with a traceback."""


def compare_predictions(
    reference: NDArray[np.float32], candidate: NDArray[np.float32], pair: str = "the models"
) -> dict[str, Any]:
    """Compare two models' probabilities for the same images.

    Parameters
    ----------
    reference, candidate
        float32 ``[N, 10]``, probabilities.
    pair
        What a message calls the two.

    Returns
    -------
    dict
        ``images``, ``same_prediction``, ``near_ties`` (images whose two best classes lie within 1e-4 in the reference),
        ``different_near_ties`` (those of them that are predicted differently) and ``max_abs_difference`` of a
        probability.

    Raises
    ------
    ConversionError
        If an image is predicted differently that is no near tie.

    Examples
    --------
    >>> a = np.array([[0.9, 0.1], [0.50002, 0.49998]], np.float32)
    >>> b = np.array([[0.8, 0.2], [0.49999, 0.50001]], np.float32)
    >>> found = compare_predictions(a, b)
    >>> found["same_prediction"], found["near_ties"], found["different_near_ties"]
    (1, 1, 1)
    >>> compare_predictions(a, np.array([[0.4, 0.6], [0.5, 0.5]], np.float32), "Keras and ONNX")
    Traceback (most recent call last):
    ...
    resnet8doc.models._compare.ConversionError: Keras and ONNX: 1 images are predicted differently without being near \
ties, the first is image 0: class 0 against 1
    """
    if reference.shape != candidate.shape:
        raise ConversionError(f"{pair}: probabilities of the shapes {reference.shape} and {candidate.shape}")
    best = np.sort(reference, axis=1)[:, -2:]
    near = best[:, 1] - best[:, 0] < NEAR_TIE
    ours, theirs = reference.argmax(axis=1), candidate.argmax(axis=1)
    different = ours != theirs
    if (wrong := np.flatnonzero(different & ~near)).size:
        first = int(wrong[0])
        raise ConversionError(
            f"{pair}: {wrong.size} images are predicted differently without being near ties, the first is image "
            f"{first}: class {ours[first]} against {theirs[first]}"
        )
    return {
        "images": len(reference),
        "same_prediction": int(np.count_nonzero(~different)),
        "near_ties": int(np.count_nonzero(near)),
        "different_near_ties": int(np.count_nonzero(different)),
        "max_abs_difference": float(np.abs(reference - candidate).max(initial=0)),
    }
