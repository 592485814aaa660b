"""The section that leads to the playground with this network in it."""

import shutil
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from ..errors import UserError
from ..markup import Markup
from ..playground import Given, State, own_name
from ..playground import link as address_of
from ..playground.model import GIVEN
from ._downloads import Download
from ._html import link, paragraph, section
from ._operators import Row

APP = "app/index.html"
"""The page, in a playground's folder."""

HERE = "playground"
"""The copy, in the site's folder."""


def check_playground(address: str) -> None:
    """Refuse what is neither the folder of a playground nor the address of a page.

    Raises
    ------
    UserError
        Saying what would be one.
    """
    folder, asked = Path(address), urlsplit(address)
    if folder.is_dir():
        wrong = None if (folder / APP).is_file() and (folder / "_wasm").is_dir() else "holds no playground"
    else:
        beside = asked.scheme in ("", "file") and asked.path.endswith(".html")
        page = beside or asked.scheme in ("http", "https")  # and no javascript:, which a link would run
        wrong = None if page else "is neither a folder nor a page's address"
    if wrong:
        raise UserError(
            f"{address} {wrong}", "a folder with app and _wasm in it, html/playground of a built site",
            "Build the site (nox -s build), or give the address of a playground's page.",
        )  # fmt: skip


def playground(address: str, root: Path, rows: list[Row], files: list[Download]) -> Markup:
    """Return the section; a playground that is a folder is copied, and opens the network by itself.

    Parameters
    ----------
    address
        Of a playground: its folder; or the address of its page, ``https://…/playground/app/index.html``, to which a
        reader gives the files.
    root
        The site's folder, in which the downloads lie.
    rows
        The operators; the playground begins with the first that has a page.
    files
        The downloads: the extraction is the first, what the item is the second.
    """
    extraction, item = files[0].made, files[1].made
    if isinstance(extraction, UserError) or isinstance(item, UserError):
        return Markup("")
    node = next((row.node.name for row in rows if row.has_page), State().node)
    state = State(model=own_name((root / extraction[0]).read_bytes()), node=node)
    if Path(address).is_dir():
        return _copied(Path(address), root, state, extraction, item)
    given = [link(name, name.partition("/")[2]) for name in (*extraction, *item)]
    return section(
        "Playground",
        paragraph(
            Markup(
                '<a href="{}">The playground</a> runs this network in the browser: every value can be looked into and '
                "every part changed. Give it {} and {}, and {} as what it is fed; it sends them nowhere."
            ).format(address_of(state, address), *given)
        ),
    )


def _copied(folder: Path, root: Path, state: State, extraction: tuple[str, ...], item: tuple[str, ...]) -> Markup:
    """Copy a playground beside the pages, with the network in it, and lead there."""
    shutil.copytree(folder, root / HERE)
    beside = root / HERE / "app" / "public" / GIVEN
    beside.mkdir()
    for name in (*extraction, *item):
        shutil.copy(root / name, beside)
    given = Given(*((root / name).name for name in (extraction[0], item[0])))
    opened = f"{address_of(state, f'{HERE}/{APP}')}&{urlencode(given.to_query())}"
    return section(
        "Playground",
        paragraph(
            Markup(
                '<a href="{}">The playground</a> runs this network in the browser: every value can be looked into and '
                "every part changed. It opens it by itself, fed the item of these pages. A browser runs it from a "
                "server alone: <code>python -m http.server</code> in this folder is one."
            ).format(opened)
        ),
    )
