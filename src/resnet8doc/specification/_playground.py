"""The section that leads to the playground with this network in it."""

from pathlib import Path

from ..errors import UserError
from ..markup import Markup
from ..playground import State, own_name
from ..playground import link as address_of
from ._downloads import Download
from ._html import link, paragraph, section
from ._operators import Row


def playground(address: str, root: Path, rows: list[Row], files: list[Download]) -> Markup:
    """Return the section.

    Parameters
    ----------
    address
        Of a playground: that of its page, ``https://…/playground/app/index.html``, or a path from the site's root.
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
