"""Words of the memories: fields to bits, bits to hexadecimal, and the checksum that each file carries."""

from collections.abc import Iterable, Mapping, Sequence

from ...errors import UserError

Fields = Sequence[tuple[str, int]]

WIDTH = 4
SUM_BITS = 25
POINT = 40
ALIGN_BITS = 4
ADD_SHIFT = 22
TOTAL_BITS = 36
"""Of the residual adder."""

FLOAT32, FIXED_POINT = 0, 1
"""``resnet8``'s parameter ARITHMETIC."""

ADDITION: Fields = (("factor", 24), ("second_factor", 24), ("offset", 32))
"""``resnet8_pkg::addition_t``: names and bits, the highest first."""

ADDITION_FIXED: Fields = (
    ("zero", 8), ("second_zero", 8), ("sum_zero", 8), ("multiplier", 31), ("second_multiplier", 31),
    ("sum_multiplier", 31), ("shift", 5), ("second_shift", 5), ("sum_shift", 5), ("way", 2),
)  # fmt: skip
"""``resnet8_pkg::addition_fixed_t``."""

LAYER: Fields = (
    ("last", 1), ("unsigned_codes", 1), ("add", 1), ("shared", 1), ("stride_2", 1), ("pad", 2), ("zero", 8),
    ("log_size", 3), ("log_pitch", 3), ("words", 5), ("kernel", 4), ("size", 6), ("groups", 4), ("source", 14),
    ("second", 14), ("target", 14), ("written", 14), ("weights", 13), ("channel", 10), ("last_channel", 10),
    ("addition", sum(bits for _, bits in ADDITION_FIXED)),
)  # fmt: skip
"""``resnet8_pkg::layer_t``."""

CHANNEL: Fields = (("bias", SUM_BITS), ("mantissa", 24), ("align", ALIGN_BITS), ("zero", 8))
"""``resnet8_pkg::channel_t``."""

CHANNEL_FIXED: Fields = (("bias", SUM_BITS), ("multiplier", 31), ("shift", 5), ("way", 2), ("zero", 8))
"""``resnet8_pkg::channel_fixed_t``."""

CHANNELS = (CHANNEL, CHANNEL_FIXED)
ADDITIONS = (ADDITION, ADDITION_FIXED)
"""By ARITHMETIC."""

HEADER: Fields = (("program_sum", 32), ("weights_sum", 32), ("channels_sum", 32), ("pixels_sum", 32))
"""``resnet8_pkg::header_t``."""

SIGNED = ("zero", "second_zero", "sum_zero", "bias", "offset")


def bits_of(fields: Fields) -> int:
    """Return how many bits a word of these fields has.

    Examples
    --------
    >>> bits_of(CHANNEL)
    61
    """
    return sum(bits for _, bits in fields)


def bits_of_field(name: str) -> int:
    """Return how many bits a field of a layer's word has.

    Examples
    --------
    >>> bits_of_field("target")
    14
    """
    return dict(LAYER)[name]


def pack(fields: Fields, values: Mapping[str, int], name: str) -> int:
    """Return the word; what is not given is 0.

    Parameters
    ----------
    fields
        The highest first.
    values
        Integers; those of `SIGNED` may be negative.
    name
        Of the layer, for the message.

    Raises
    ------
    UserError
        If a value does not fit its field.

    Examples
    --------
    >>> hex(pack((("zero", 8), ("mantissa", 8)), {"zero": -1, "mantissa": 5}, "stem"))
    '0xff05'
    """
    word = 0
    for field, bits in fields:
        value = int(values.get(field, 0))
        low, high = (-(1 << bits - 1), (1 << bits - 1) - 1) if field in SIGNED else (0, (1 << bits) - 1)
        if not low <= value <= high:
            raise UserError(
                f"layer {name} needs {field} = {value}", f"{low} to {high}",
                f"The program has {bits} bits for it: widen it in resnet8_pkg.sv and _words.py, or run another model.",
            )  # fmt: skip
        word = word << bits | value & (1 << bits) - 1
    return word


def unpack(fields: Fields, word: int) -> dict[str, int]:
    """Return the fields of a word, signed ones with their sign.

    Examples
    --------
    >>> unpack((("zero", 8), ("mantissa", 8)), 0xFF05)
    {'zero': -1, 'mantissa': 5}
    """
    found = {}
    for field, bits in reversed(fields):
        value = word & (1 << bits) - 1
        found[field] = value - (1 << bits) if field in SIGNED and value >> bits - 1 else value
        word >>= bits
    return dict(reversed(found.items()))


def hexadecimal(words: Iterable[int], bits: int) -> str:
    """Return a file for $readmemh: one word a line."""
    return "".join(f"{word:0{-(-bits // 4)}x}\n" for word in words)


def checksum(words: Iterable[int], bits: int) -> int:
    """Return what ``rom.sv`` computes: pieces of 32 bits, the lowest first, each added to the sum rotated by one.

    Examples
    --------
    >>> hex(checksum([0x80000000, 1], 32))
    '0x2'
    """
    total = 0
    for word in words:
        for _ in range(-(-bits // 32)):
            total = ((total << 1 | total >> 31) + (word & 0xFFFFFFFF)) & 0xFFFFFFFF
            word >>= 32
    return total
