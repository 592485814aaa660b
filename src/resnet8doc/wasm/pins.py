"""What the browser's Python is made of: versions and hashes, in one table."""

from dataclasses import dataclass

PYODIDE = "314.0.0"
"""Pyodide's version on npm. marimo's front end has it compiled in and refuses any other."""

PYODIDE_FILES = {
    "pyodide.mjs": "3abfa8bfc2d1dc9d733f4b0b5c3b35bb469295e455abf13f5c0fac70a1c2e961",
    "pyodide.asm.mjs": "7808c4d7a9fee23a02b0c8b7bbd51b1358e8d41bbe89e5c0ee9c0c4db7b9328f",
    "pyodide.asm.wasm": "4d23bd074cc536a96660c9168e223e3aaf01944096ad829737a9c87fec4b28eb",
    "python_stdlib.zip": "1215cd239a270c13a3ecb1a84c84b7b3241baf7ea7f54615f00d79ff69c82787",
}
"""The files of that npm package that a browser needs, with their sha256."""

MARKERS = {
    "extra": "",
    "implementation_name": "cpython",
    "os_name": "posix",
    "platform_machine": "wasm32",
    "platform_python_implementation": "CPython",
    "platform_system": "Emscripten",
    "python_full_version": "3.14.2",
    "python_version": "3.14",
    "sys_platform": "emscripten",
}
"""The environment that requirement markers are judged in."""


@dataclass(frozen=True)
class Wheel:
    """One wheel to fetch with ``pip download``.

    Attributes
    ----------
    requirement
        Name and version for pip: ``markdown==3.11.3``.
    sha256
        Of the downloaded file.
    platform, python, implementation
        What pip is told the wheel is for.
    """

    requirement: str
    sha256: str
    platform: str = "any"
    python: str = "3.14"
    implementation: str = "py"


@dataclass(frozen=True)
class Inner:
    """A wheel that lies inside another one.

    numpy and Pillow publish no WebAssembly wheel of their own. Byte-identical copies of those that Pyodide 314.0.3
    builds (``pyodide-lock.json`` of npm's ``pyodide@314.0.3`` has the same sha256) lie inside the wheel of Open WebUI.
    Only these files are taken out of it; each keeps its own licence.
    """

    file: str
    sha256: str


EMSCRIPTEN = "pyemscripten_2026_0_wasm32"

WHEELS = (
    Wheel("flatbuffers==25.12.19", "7634f50c427838bb021c2d66a3d1168e9d199b0607e6329399f04846d42e20b4"),
    Wheel("jedi==0.19.2", "a8ef22bde8490f57fe5c7681a3c83cb58874daf72b4784de3cce5b6ef6edb5b9"),
    Wheel("marimo-base==0.25.2", "9daea77b550c5954193b9c3f69405b4cddb5114e305d06b4a251a0c4fbaf5639"),
    Wheel("markdown==3.11.3", "e1a31a112232504d753e5c01bb8c2de90d3f0ba986b063e10770cf7695b09e73"),
    Wheel("micropip==0.11.1", "768de165adb8e66906039d8fec4127a57f522dfdf8e6fbff877a4616941ecfd3"),
    Wheel(
        "msgspec==0.22.0", "a66b1766311e42371e509c996c3933b161c7ae0eabdf361af5316dec197e1022", EMSCRIPTEN, "3.14", "cp"
    ),
    Wheel("narwhals==2.29.0", "1c69b3dc30240f6e848c5a673cafc86affa44184ecce721e25b7194663ad10dc"),
    Wheel("packaging==26.1", "5d9c0669c6285e491e0ced2eee587eaf67b670d94a19e94e3984a481aba6802f"),
    Wheel("parso==0.8.6", "2c549f800b70a5c4952197248825584cb00f033b29c692671d3bf08bf380baff"),
    Wheel("protobuf==7.36.2", "bdb3a345d48db958e6ce1f18e508beb0cc981d64f24088427549c866cd039f1e"),
    Wheel("pygments==2.20.0", "81a9e26dd42fd28a23a2d169d86d7ac03b46e2f8b59ed4698fb4785f946d0176"),
    Wheel("pymdown-extensions==11.0.2", "259910762019732caa1dfd76f3faa62c59f191d46573e80bcb1d13c0f675bbe5"),
    Wheel("pyodide-http==0.2.2", "cf006ea593c1643b5badeb4d42ed24a6eebd830276171fa1f82de0777b3fb608"),
    # No WebAssembly wheel; its C accelerator is optional and is left out when the wheel is compiled.
    Wheel(
        "pyyaml==6.0.3",
        "ba1cc08a7ccde2d2ec775841541641e4548226580ab850948cbfda66a1befcdc",
        "manylinux2014_x86_64",
        "3.12",
        "cp",
    ),
    Wheel("tomlkit==0.15.2", "05562412163a3037b94497385fb7f9204c637bc605af7a48199e41cf2272f437"),
)

CARRIER = Wheel("open-webui==0.12.4", "02e9caba96234db3fa17a92e56163b3f7f2b8ca8227fa886b85c178d696483f6", "any", "3.12")
"""The wheel that the inner ones are taken from."""

INNER = (
    Inner(
        f"numpy-2.4.3-cp314-cp314-{EMSCRIPTEN}.whl", "0cad9c1b91f0082e4f959bc0e0bf5835a2efbba6ab3b1e9d1fe6e7e564cca98e"
    ),
    Inner(
        f"pillow-12.2.0-cp314-cp314-{EMSCRIPTEN}.whl",
        "a50d83a8a76d646768e99e93ed5bf365d0b83563fd8b597e77562e75c8f575a9",
    ),
)

UNUSED = (
    "marimo/_static/",
    "marimo/_snippets/data/",
    "marimo/_tutorials/",
    "jedi/third_party/",
    "numpy/_core/tests/",
    "numpy/_core/include/",
    "numpy/_core/lib/",
    "numpy/f2py/",
    "numpy/random/lib/",
    "pygments/lexers/",
)
"""Paths inside the wheels that a notebook in a browser never reads: headers, type stubs, front ends, tutorials, and how
to colour any language but Python.

marimo imports jedi as it starts, for the completions of its editor; the type stubs that jedi completes from are most of
its files.
"""

NEEDED = tuple(f"pygments/lexers/{name}.py" for name in ("__init__", "_mapping", "python", "special"))
"""Of these, what is read all the same: marimo colours tracebacks."""

IMPORTED = ("numpy", "marimo._pyodide.bootstrap", "marimo._pyodide.pyodide_session", "resnet8doc.playground")
"""What the browser's Python imports as it starts, before marimo's front end asks for anything."""

PACKED = (
    "getpass",
    "marimo._data._external_storage.",
    "marimo._output.",
    "marimo._plugins.ui._impl.anywidget.",
    "marimo._runtime.",
    "marimo._save.",
    "narwhals._interchange",
    "packaging",
    "pyodide",
    "webbrowser",
    "yaml.",
)
"""Prefixes of what is imported while the cells run, and lies in the same file: no wheel is fetched for it."""

ASKED_FOR = ("flatbuffers", "pillow", "protobuf", "resnet8doc-readers")
"""Wheels that a start needs nothing of: they are fetched when a reader gives a file."""

ENGINE = (
    "__init__.py",
    "analysis/",
    "architecture.py",
    "arithmetic/",
    "errors.py",
    "faults/",
    "files.py",
    "graph/",
    "markup.py",
    "microscope/",
    "ops/",
    "pictures.py",
    "playground/",
    "raster/",
    "runtimes/",
    "trace.py",
    "workspace.py",
)
"""What of resnet8doc's own wheel goes to the browser: layers 1 and 2."""

READERS = ("arrays.py", "reading/")
"""What of resnet8doc goes to the browser in a wheel of its own, when a reader gives a file."""

GENERATED = ("onnx/onnx_ml_pb2.py", "ai_edge_litert/schema_py_generated.py")
"""Modules of installed packages that go along with it: the definitions of the two file formats, in plain Python.

Neither package has a wheel for WebAssembly, and of neither is more needed to read a file: an ONNX file is a message
that protobuf's own reader in Python parses, a TensorFlow Lite file a flatbuffer.
"""
