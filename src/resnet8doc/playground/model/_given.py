"""A network that lies beside the page: what a specification's link asks for."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from ...errors import UserError
from ._assets import Assets
from ._own import Own, own_name

FOLDER = "given"
"""Where it lies, among the playground's data."""

_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.+-]{0,150}")


@dataclass(frozen=True)
class Given:
    """What the address asks for.

    Attributes
    ----------
    network
        Name of the extraction's JSON in :data:`FOLDER`; empty for none. The ``.npz`` beside it has the same stem.
    item
        Name of what it is fed, ``.npy`` or ``.npz``; empty for none.
    """

    network: str = ""
    item: str = ""

    def to_query(self) -> dict[str, str]:
        """Return it as an address's query.

        Examples
        --------
        >>> Given("small_operations.json", "input.npy").to_query()
        {'given': 'small_operations.json', 'fed': 'input.npy'}
        """
        return {key: value for key, value in (("given", self.network), ("fed", self.item)) if value}


def given_by(query: Mapping[str, object]) -> Given:
    """Read from an address what it asks for.

    A name that is no plain file's asks for nothing: only what lies in the folder can be opened.

    Examples
    --------
    >>> given_by({"given": "small_operations.json"})
    Given(network='small_operations.json', item='')
    >>> given_by({"given": "../../secret.json"}), given_by({})
    (Given(network='', item=''), Given(network='', item=''))
    """

    def name(key: str, endings: tuple[str, ...]) -> str:
        value = query.get(key)
        text = value[-1] if isinstance(value, list) and value else value
        plain = isinstance(text, str) and _NAME.fullmatch(text) and text.endswith(endings)
        return str(text) if plain else ""

    network = name("given", (".json",))
    return Given(network, name("fed", (".npy", ".npz")) if network else "")


def given_files(assets: Assets, given: Given) -> dict[str, bytes]:
    """Return the extraction's two files by their names; none where the address asks for nothing.

    Raises
    ------
    UserError
        If they are not there.
    """
    names = [given.network, f"{given.network.removesuffix('.json')}.npz"] if given.network else []
    return {name: _bytes(assets, name) for name in names}


def given_item(assets: Assets, given: Given, network: Own | None) -> tuple[str, bytes]:
    """Return name and content of what the network is fed; two empty ones if it is not the one that was given."""
    if not given.item or network is None or network.name != own_name(_bytes(assets, given.network)):
        return "", b""
    return given.item, _bytes(assets, given.item)


def _bytes(assets: Assets, name: str) -> bytes:
    try:
        return assets.bytes(f"{FOLDER}/{name}")
    except (OSError, UserError) as error:
        raise UserError(
            f"{name}, which the link asks for, is not beside this page", "a file that the specification put there",
            "Follow the link of the specification's own page again, or open the file yourself.",
        ) from error  # fmt: skip
