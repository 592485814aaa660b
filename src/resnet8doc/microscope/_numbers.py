"""Numbers as the drawing writes them."""

from math import isfinite


def number(value: float) -> str:
    """Return a whole number with its thousands apart, another with seven digits, and a true minus.

    Examples
    --------
    >>> number(-15573), number(11.49959945678711), number(2.5e35)
    ('−15,573', '11.4996', '2.5e+35')
    """
    if isinstance(value, int) or (isfinite(value) and float(value).is_integer() and abs(value) < 1e15):
        return f"{int(value):,}".replace("-", "−")
    return f"{value:.7g}".replace("-", "−").replace("e−", "e-")


def bits(code: int) -> str:
    """Return a code as the byte that is stored: hexadecimal and binary, two's complement.

    Examples
    --------
    >>> bits(-117), bits(200)
    ('0x8B · 10001011', '0xC8 · 11001000')
    """
    return f"0x{code & 255:02X} · {code & 255:08b}"
