"""What a token costs again that a prompt had before: the cost of a response, split among its tokens."""

from __future__ import annotations

from .prices import Price

READ_PRICE, WRITE_PRICE, OUTPUT_PRICE = 0.1, 1.25, 5.0
"""What a token read from the cache, written to it, or put out costs, beside one of uncached input: as Anthropic's list
has it. By these the cost of a response is split where nobody knows what its model takes."""


def rent_rate(cost: float, sent: int, read: int, written: int, output: int, price: Price | None) -> float:
    """Dollars that a token costs which the prompt had before: read from the cache where most of the prompt was."""
    prompt = sent + read + written
    of_input, of_output, of_read, of_write = 1.0, OUTPUT_PRICE, READ_PRICE, WRITE_PRICE
    if price is not None and _tells(price, sent, read, written, output):
        of_input, of_output = price.input or 0.0, price.output or 0.0
        of_read, of_write = price.cache_read or 0.0, price.cache_write or 0.0
    parts = of_input * sent + of_read * read + of_write * written
    whole = parts + of_output * output
    unit = cost / whole if whole else 0.0
    return unit * of_read if 2 * read >= prompt else unit * parts / prompt


def _tells(price: Price, sent: int, read: int, written: int, output: int) -> bool:
    """Whether a price is known of every bucket that is used."""
    return not (
        (sent and price.input is None)
        or (output and price.output is None)
        or (read and price.cache_read is None)
        or (written and price.cache_write is None)
    )
