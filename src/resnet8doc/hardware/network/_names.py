"""Names from a model as names in C: any text becomes an identifier, and no two become the same one."""

import re
from collections.abc import Iterable

WORDS = (
    "auto", "break", "case", "char", "const", "continue", "default", "do", "double", "else", "enum", "extern",
    "float", "for", "goto", "if", "inline", "int", "long", "register", "restrict", "return", "short", "signed",
    "sizeof", "static", "struct", "switch", "typedef", "union", "unsigned", "void", "volatile", "while", "main",
    "arena", "image", "inputs", "outputs", "observe", "context", "memcpy", "memset", "network_run",
)  # fmt: skip

DECLARED = (
    "add_t", "average_pool_t", "choose_codes", "compare", "compare_t", "conv_t", "copy_codes", "divide_by_power",
    "exp_of_negative", "factor_t", "floor_shift", "fully_connected", "fully_connected_t", "high_half",
    "keep_extreme", "l2_normalization", "l2_normalization_t",
    "log_softmax", "log_softmax_t", "look_up", "matmul_t", "max_pool", "max_pool_t", "mul_t",
    "pool_t", "prelu", "put_codes", "qlinear_add", "qlinear_add_spread", "qlinear_average_pool", "qlinear_conv",
    "qlinear_global_average_pool", "qlinear_matmul", "qlinear_matmul_codes", "qlinear_mul", "qlinear_softmax",
    "quantize_pixels", "quantize_real", "quantize_t", "quotient", "reciprocal_of_one_plus", "reduce_extreme",
    "requantize", "requantize_t", "resize_bilinear", "resize_t", "saturated", "scaled", "softmax_t",
    "squared_difference", "subtract", "subtract_t", "sum_of_bytes", "transposed_convolution", "walk_at", "walk_t",
)  # fmt: skip
"""What the headers of the C program declare."""

RESERVED = frozenset((*WORDS, *DECLARED))
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
