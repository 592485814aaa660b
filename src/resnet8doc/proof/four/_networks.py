"""Which networks they are: MLPerf Tiny's own int8 files, by their hashes."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from ...errors import UserError
from ...files import sha256


@dataclass(frozen=True)
class Benchmark:
    """One of MLPerf Tiny's tasks.

    Attributes
    ----------
    key
        Short name: ``kws``.
    task
        As MLPerf Tiny calls it.
    network
        What kind of network it is.
    sha256
        Of its TensorFlow Lite file.
    """

    key: str
    task: str
    network: str
    sha256: str


NETWORKS = (
    Benchmark(
        "ic", "Image classification", "ResNet8, 32×32",
        "3c002613d1b2475eb51dd78dfb85a546c8ae658dee71cf6ade43b022fe205415",
    ),
    Benchmark(
        "kws", "Keyword spotting", "DS-CNN, 49×10",
        "aeea436800704fce17b17292e4412630ad856e9d777c044c64ef748a880bd0ae",
    ),
    Benchmark(
        "vww", "Visual wake words", "MobileNetV1 0.25, 96×96",
        "597a384c8c2c8a1276f04702f25013b7838f2f814f1ca7c174d295b73e3d6b7b",
    ),
    Benchmark(
        "ad", "Anomaly detection", "dense autoencoder, 640",
        "87cf24194ef93d1d9b11a591d805526b98008e351655d29883c825c9c106ba24",
    ),
)  # fmt: skip
"""All four, of the repository mlcommons/tiny."""


def find(folders: Iterable[Path]) -> dict[str, Path]:
    """Find the four files by their content, whatever they are called.

    Parameters
    ----------
    folders
        Where to look; not in folders below them.

    Returns
    -------
    dict
        The path of each network's file by `Benchmark.key`.

    Raises
    ------
    UserError
        If one is missing; all that are missing are named.
    """
    looked = list(folders)
    known = {sha256(path): path for folder in looked for path in sorted(folder.glob("*.tflite"))}
    missing = [network.task for network in NETWORKS if network.sha256 not in known]
    if missing:
        raise UserError(
            f"no file is that of: {', '.join(missing)} (in {', '.join(map(str, looked)) or 'no folder'})",
            "MLPerf Tiny's four int8 .tflite files, known by their SHA-256",
            "Name the folders that hold them; they are in the repository mlcommons/tiny.",
        )
    return {network.key: known[network.sha256] for network in NETWORKS}
