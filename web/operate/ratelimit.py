"""A limit of requests for each reader's address: token buckets in the memory of one process."""

from collections import OrderedDict
from ipaddress import IPv6Address, ip_address
from threading import Lock
from time import monotonic

MAX_ADDRESSES = 10_000
"""Buckets that are kept; beyond that the one unused for longest is forgotten."""


class RateLimit:
    """Lets ``burst`` requests of an address through at once, then ``rate`` a second.

    Safe for threads. Each process has its own: with several, an address is let through up to as
    many times as often.
    """

    def __init__(self, rate: float, burst: int, addresses: int = MAX_ADDRESSES) -> None:
        self.rate = rate
        self.burst = burst
        self._addresses = addresses
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = Lock()

    def __len__(self) -> int:
        """Return how many addresses are remembered."""
        return len(self._buckets)

    def wait(self, address: str, now: float | None = None) -> float:
        """Count a request; return 0 to let it through, else seconds until one will be.

        ``now`` is in seconds of any clock that only goes forward.
        """
        key = _key(address)
        moment = monotonic() if now is None else now
        with self._lock:
            tokens, since = self._buckets.pop(key, (float(self.burst), moment))
            tokens = min(self.burst, tokens + (moment - since) * self.rate)
            passed = tokens >= 1
            self._buckets[key] = (tokens - 1 if passed else tokens, moment)
            if len(self._buckets) > self._addresses:
                self._buckets.popitem(last=False)
        return 0.0 if passed else (1 - tokens) / self.rate


def _key(address: str) -> str:
    """Return what stands for a reader: an IPv6 network of 64 bits is one."""
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address):
        if parsed.ipv4_mapped:
            return str(parsed.ipv4_mapped)
        return str(IPv6Address(int(parsed) >> 64 << 64))
    return address
