"""The playground as a page of the site: Python, numpy, marimo and the engine in the browser, from the site's own host.

`export` turns the marimo notebook into a folder that asks nothing of any other host. Its parts come through the
ordinary clients of two package registries, ``pip download`` and ``npm pack``; every one is pinned by version and by
sha256 (`resnet8doc.wasm.pins`), and nothing else is fetched.
"""

from ._bare import bare
from ._export import Sizes, export
from ._runtime import prepare

__all__ = ["Sizes", "bare", "export", "prepare"]
