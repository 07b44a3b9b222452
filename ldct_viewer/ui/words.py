"""Header texts as a person reads them."""

from __future__ import annotations


def kernel_name(stored: str) -> str:
    """Convolution Kernel (0018,1210) has one value or more (Siemens: kernel and strength): ``Br38f\\3`` → Br38f (3)."""
    first, *rest = (part.strip() for part in stored.split("\\"))
    more = ", ".join(part for part in rest if part)
    return f"{first} ({more})" if first and more else first or more
