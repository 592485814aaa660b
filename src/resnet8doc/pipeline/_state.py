"""Where doit remembers what was up to date."""

from pathlib import Path
from typing import Any

from doit.dependency import JsonDB

from ..files import replacing


class StateFile(JsonDB):
    """doit's JSON state, written after every change, so that a killed build resumes where it was."""

    def set(self, task_id: str, dependency: str, value: Any) -> None:
        """Remember a value and write the file."""
        super().set(task_id, dependency, value)
        self.dump()

    def dump(self) -> None:
        """Write the file whole."""
        with replacing(Path(self.name)) as temporary:
            temporary.write_text(self.codec.encode(self._db), encoding="utf-8")
