"""Names from a model as names in C: any text becomes an identifier, and no two become the same one."""

import re
from collections.abc import Iterable

RESERVED = frozenset(
    [
        "auto",
        "break",
        "case",
        "char",
        "const",
        "continue",
        "default",
        "do",
        "double",
        "else",
        "enum",
        "extern",
        "float",
        "for",
        "goto",
        "if",
        "inline",
        "int",
        "long",
        "register",
        "restrict",
        "return",
        "short",
        "signed",
        "sizeof",
        "static",
        "struct",
        "switch",
        "typedef",
        "union",
        "unsigned",
        "void",
        "volatile",
        "while",
        "main",
        "arena",
        "image",
        "inputs",
        "outputs",
        "observe",
        "context",
        "memcpy",
    ]
)
"""Words that mean something else where a generated name stands."""


def identifier(name: str) -> str:
    """Return a name as a C identifier.

    Examples
    --------
    >>> identifier("dense/MatMul_quant"), identifier("1"), identifier("int")
    ('dense_MatMul_quant', '_1', 'int_')
    """
    made = re.sub(r"\W", "_", name, flags=re.ASCII)
    if not made or made[0].isdigit():
        made = f"_{made}"
    return f"{made}_" if made in RESERVED else made


def identifiers(names: Iterable[str]) -> dict[str, str]:
    """Return an identifier for each name, all different.

    Examples
    --------
    >>> identifiers(["a/b", "a_b", "c"])
    {'a/b': 'a_b', 'a_b': 'a_b_2', 'c': 'c'}
    """
    made: dict[str, str] = {}
    taken: set[str] = set()
    for name in names:
        base = chosen = identifier(name)
        number = 1
        while chosen.upper() in taken:  # macros are in capitals, and some file systems do not tell them apart
            number += 1
            chosen = f"{base}_{number}"
        taken.add(chosen.upper())
        made[name] = chosen
    return made
