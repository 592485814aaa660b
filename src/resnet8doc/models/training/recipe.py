"""Everything that was chosen about the training, in one place."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Recipe:
    """How the bundled checkpoint is trained.

    Every value was chosen on the held-out images; the card beside the checkpoint lists the trials.

    Attributes
    ----------
    seed
        Of the initial weights, the order of the images and their augmentation.
    crop_epochs, full_epochs
        Epochs on random crops, then on whole images (padded by 4 mirrored pixels and cropped back to 32 × 32).
    crop_size
        Height and width of the crops in pixels. They cost ``(crop_size / 32)²`` of a whole image, and the network ends
        in a mean over the positions, so it takes any size.
    batch_size
        Images a step.
    matrix_learning_rate, matrix_weight_decay, matrix_momentum
        Of Muon, which steps the convolution kernels.
    vector_learning_rate, dense_weight_decay, vector_momentum
        Of stochastic gradient descent with Nesterov's momentum, which steps everything else; only the dense kernel
        decays.
    warm_up
        Fraction of all steps over which the learning rates rise from a tenth of their peak; a half cosine to zero
        follows.
    average
        Weight of the past in the exponential moving average of the weights, which is what is kept.
    revive_images, revive_below
        After every epoch on crops, a filter that fires for fewer than this part of the first so many training images
        starts again; see `resnet8doc.models.training._revive`. The epochs on whole images then train what was started.
    """

    seed: int = 0
    crop_epochs: int = 60
    full_epochs: int = 22
    crop_size: int = 24
    batch_size: int = 256
    matrix_learning_rate: float = 0.1
    matrix_weight_decay: float = 0.025
    matrix_momentum: float = 0.9
    vector_learning_rate: float = 0.1
    dense_weight_decay: float = 2e-4
    vector_momentum: float = 0.9
    warm_up: float = 0.1
    average: float = 0.998
    revive_images: int = 500
    revive_below: float = 0.01

    @property
    def epochs(self) -> int:
        """Epochs in all."""
        return self.crop_epochs + self.full_epochs


RECIPE = Recipe()
"""The recipe of the bundled checkpoint."""
