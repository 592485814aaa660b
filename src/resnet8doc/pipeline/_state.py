"""Where doit remembers what was up to date."""

from pathlib import Path
from typing import Any

from doit.dependency import JsonDB

from ..files import replacing

LAST = "deps:"
"""What doit notes last of a stage that succeeded, after a value for each file that it depends on."""


class StateFile(JsonDB):
    """doit's JSON state, written after every stage, so that a killed build resumes where it was.

    Not after every value: a stage has hundreds, and the file has megabytes.
    """

    def set(self, task_id: str, dependency: str, value: Any) -> None:
        """Remember a value; write the file when it is a stage's last."""
        super().set(task_id, dependency, value)
        if dependency == LAST:
            self.dump()

    def dump(self) -> None:
        """Write the file whole."""
        with replacing(Path(self.name)) as temporary:
            temporary.write_text(self.codec.encode(self._db), encoding="utf-8")
