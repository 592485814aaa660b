"""Pages of source code lead back to the page that documents what they hold."""

import sys

from .conftest import EXTENSIONS

sys.path.insert(0, str(EXTENSIONS))

import sources

ANCHORS = {"resnet8doc.arithmetic.Runtime", "resnet8doc.arithmetic.Runtime.own", "resnet8doc.runtimes.XNNPACK"}
MODULE = "resnet8doc.arithmetic._runtime"


def test_a_private_module_is_documented_by_the_package_around_it() -> None:
    """Not by the page of the runtimes, which are instances of its class and may be read first."""
    assert sources.documented_in(MODULE, ["Runtime", "Runtime.own"], ANCHORS) == "resnet8doc.arithmetic"


def test_a_public_module_documents_itself() -> None:
    assert sources.documented_in("resnet8doc.trace", ["Trace"], {"resnet8doc.trace.Trace"}) == "resnet8doc.trace"


def test_what_is_documented_elsewhere_is_not_guessed() -> None:
    assert sources.documented_in(MODULE, ["Runtime", "Unknown"], ANCHORS) is None
