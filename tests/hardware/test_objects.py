"""What is compiled once is compiled again where anything that the compiler reads is different."""

import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from resnet8doc.errors import UserError
from resnet8doc.hardware.c import compiler
from resnet8doc.hardware.c._compile import FLAGS, run_compiler

from .objects import Objects

TEXTS = {
    "main.c": '#include <stdio.h>\n#include "answer.h"\nint main(void)\n{\n    return printf("%d", answer()) < 0;\n}\n',
    "answer.c": '#include "answer.h"\nint answer(void)\n{\n    return ANSWER;\n}\n',
    "answer.h": '#include "number.h"\nint answer(void);\n',
    "number.h": "#define ANSWER 42\n",
}


def test_a_change_of_text_header_or_flag_is_noticed(tmp_path: Path) -> None:
    ran: list[str] = []

    def counted(command: Sequence[str]) -> None:
        run_compiler(command)
        ran.append(Path(command[-1]).name)

    objects = Objects(tmp_path, counted)

    def said(folder: str, texts: dict[str, str], *flags: str) -> tuple[str, list[str]]:
        place = tmp_path / folder
        place.mkdir(exist_ok=True)
        for name, text in texts.items():
            (place / name).write_text(text)
        ran.clear()
        sources = [str(place / name) for name in texts if name.endswith(".c")]
        objects([*compiler(), *FLAGS, *flags, "-o", str(place / "program"), *sources, "-lm"])
        return subprocess.run([place / "program"], capture_output=True, text=True, check=True).stdout, ran[:-1]

    assert said("first", TEXTS) == ("42", ["main.c", "answer.c"])
    assert said("second", TEXTS) == ("42", [])
    assert said("third", TEXTS | {"answer.c": TEXTS["answer.c"].replace("ANSWER", "-ANSWER")}) == ("-42", ["answer.c"])
    assert said("fourth", TEXTS | {"number.h": "#define ANSWER 7\n"}) == ("7", ["main.c", "answer.c"])
    assert said("fifth", TEXTS, "-DUNUSED") == ("42", ["main.c", "answer.c"])
    assert said("fifth", TEXTS | {"number.h": "#define ANSWER 8\n"}) == ("8", ["main.c", "answer.c"])
    with pytest.raises(UserError, match=r"refuses: .*unused"):
        said("sixth", TEXTS | {"answer.c": "static int unused;\n"})
    through_a_macro = TEXTS | {"answer.h": "#include NUMBER\nint answer(void);\n"}
    for number in (3, 4):
        made = through_a_macro | {"number.h": f"#define ANSWER {number}\n"}
        assert said("seventh", made, '-DNUMBER="number.h"') == (str(number), [])
