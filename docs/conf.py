"""How Sphinx builds the site: ``python -m sphinx -W --keep-going -b html docs build/html``."""

import re
import sys
import tomllib
from importlib import metadata
from pathlib import Path

import resnet8doc
from resnet8doc.environment import cpu_class
from resnet8doc.files import read_json
from resnet8doc.workspace import artifact, build_folder

DOCS = Path(__file__).parent
sys.path.insert(0, str(DOCS / "_extensions"))

from assets import fetch_assets  # noqa: E402 -- found on the path set above

project = "resnet8doc"
author = "The resnet8doc authors"
project_copyright = author
version = release = resnet8doc.__version__
language = "en"

extensions = [
    "myst_nb",
    "sphinx.ext.autodoc",
    "sphinx.ext.viewcode",
    "numpydoc",
    "sphinx_copybutton",
    "sphinx_design",
    "sphinxcontrib.bibtex",
    "sphinxcontrib.mermaid",
    "offline",
    "executions",
    "ports",
    "notebooks",
    "freshness",
    "downloads",
    "listings",
    "constants",
    "sources",
    "way",
]
exclude_patterns = ["_extensions", "_static", "_templates"]
nitpick_ignore = [
    ("py:class", "resnet8doc.playground.model._run.Difference"),  # described where it is used, in the playground's page
]
nitpicky = True
nitpick_ignore_regex = [
    # Single backticks in docstrings name parameters and attributes too, which are no targets; modules, functions and
    # classes are then still links wherever they can be.
    ("py:obj", r".*"),
    # Private classes in signatures: what they offer is documented with the function that returns them.
    ("py:class", r"resnet8doc\..*\._.*"),
    # What the playground's parts hand to one another; only what its package exports is documented.
    ("py:class", r"resnet8doc\.playground\.(model|views)\..*"),
    # Types of other projects in signatures. Their inventories cannot be fetched: the build asks no other host.
    ("py:(class|data|meth|attr|exc)", r"(?!resnet8doc\.).*"),
]
default_role = "py:obj"

# MyST and notebooks
myst_enable_extensions = ["amsmath", "attrs_inline", "colon_fence", "deflist", "dollarmath", "smartquotes"]
myst_heading_anchors = 3
nb_execution_mode = "cache"
nb_execution_cache_path = str(build_folder() / ".jupyter_cache")
nb_execution_timeout = 600
nb_execution_show_tb = True
nb_merge_streams = True
nb_render_markdown_format = "myst"  # a cell may print a mermaid fence or a formula


def _pinned() -> list[str]:
    """Names of the distributions that pyproject.toml pins for the pipeline and the site."""
    project_table = tomllib.loads((DOCS.parent / "pyproject.toml").read_text(encoding="utf-8"))
    extras = project_table["project"]["optional-dependencies"]
    pins = extras["tools"] + extras["frameworks"] + project_table["dependency-groups"]["docs"]
    # The extra of frameworks names the project itself, for its tools.
    return sorted({re.split(r"[=<>!~ \[;]", pin)[0] for pin in pins} - {project_table["project"]["name"]})


freshness_build_folder = str(build_folder())
freshness_distributions = _pinned()

listings_root = str(DOCS.parent)

# API reference
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_default_options = {"members": True}
autosummary_generate = False  # numpydoc loads autosummary, which would import every documented module on each build
numpydoc_show_class_members = False  # autodoc lists them already
numpydoc_class_members_toctree = False
numpydoc_validation_checks = {"GL08"}  # a public object without a docstring fails the build
numpydoc_validation_exclude = {r"\.Rounding$"}  # a `Literal` can hold no docstring; the one below it is shown
bibtex_bibfiles = ["references.bib"]
bibtex_reference_style = "author_year"
copybutton_exclude = ".linenos, .gp, .go"

# What every page names
_manifest = read_json(artifact("manifest.json"))
_environment = _manifest["environment"]
html_context = {
    "default_mode": "auto",
    "site": {
        "version": version,
        "checkpoint": _manifest["checkpoint"],
        "seed": _manifest["seed"],
        "architecture": _environment["architecture"],
        "cpu": _environment["cpu"],
        "processor": cpu_class(_environment),
        "python": _environment["python"],
        "packages": _environment["packages"] | {"sphinx": metadata.version("sphinx")},
    },
}

# HTML
html_theme = "sphinx_book_theme"
html_title = "resnet8doc"
html_static_path = ["_static", str(fetch_assets(build_folder() / "assets"))]
html_favicon = "_static/favicon.svg"
html_css_files = ["resnet8doc.css", "icons.css"]
html_js_files = [("print-light.js", {"defer": "defer"})]
templates_path = ["_templates"]
html_copy_source = True
html_last_updated_fmt = None  # the same sources give the same pages
html_theme_options = {
    "article_footer_items": ["provenance.html"],
    "footer_content_items": ["checkpoint.html"],
    "show_navbar_depth": 1,
    "max_navbar_depth": 2,  # the modules of the API are listed on its own page: the sidebar shall fit a screen
    "show_toc_level": 2,
    "navigation_with_keys": False,
    "navbar_persistent": [],
    "use_fullscreen_button": False,
    "pygments_light_style": "a11y-high-contrast-light",
    "pygments_dark_style": "a11y-high-contrast-dark",
}
html_sidebars = {"**": ["navbar-logo.html", "search-button-field.html", "sbt-sidebar-nav.html"]}
# MathJax's parts one by one: its combined files also start a worker for speech, which a page from disk may not do.
# Screen readers get MathML from assistive-mml.
mathjax_path = "mathjax/startup.js"
mathjax4_config = {
    "loader": {
        "load": ["core", "input/tex", "output/svg", "a11y/assistive-mml"],
        "paths": {"fonts": "[mathjax]/fonts"},
    },
    "options": {"enableAssistiveMml": True},
}
