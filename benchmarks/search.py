"""Type-ahead over a million names: milliseconds a search, for beginnings of one letter to a whole name.

python benchmarks/search.py --names 1000000

The names are invented, of one to four words. It exits with 1 when a search takes 20 ms or more at the 99th percentile.
"""

from __future__ import annotations

import argparse
import random
import resource
import string
import sys
import time
from collections.abc import Iterator

from kg.serve.search import Index, Name

BAR = 20.0


def names(count: int, chance: random.Random) -> Iterator[Name]:
    """Invented names of things, some mentioned by many papers."""
    letters = string.ascii_lowercase
    words = ["".join(chance.choices(letters, k=chance.randrange(2, 10))) for _ in range(50_000)]
    for number in range(count):
        name = "-".join(chance.choices(words, k=chance.randrange(1, 5))) + chance.choice(["", "-7b", " v2", ""])
        yield Name(f"https://x.example/{number}", name, name, "Model", int(chance.paretovariate(1)))


def main() -> int:
    """Prints the table; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--names", type=int, default=1_000_000)
    chance = random.Random(0)
    invented = list(names(parser.parse_args().names, chance))
    began = time.perf_counter()
    index = Index.of(invented)
    print(f"{len(invented):,} names, {len(index.keys):,} beginnings, built in {time.perf_counter() - began:.1f} s")
    slowest = 0.0
    for length in (1, 2, 3, 4, 6, 10, 40):
        times = []
        for name in chance.choices(invented, k=200):
            began = time.perf_counter()
            index.find(name.name[:length], 20)
            times.append(1000 * (time.perf_counter() - began))
        times.sort()
        slowest = max(slowest, times[197])
        print(f"{length:3d} letters  p50 {times[100]:6.2f} ms  p99 {times[197]:6.2f} ms")
    print(f"memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MB")
    print(f"p99 {slowest:.2f} < {BAR:g} ms  {'yes' if slowest < BAR else 'NO'}")
    return 0 if slowest < BAR else 1


if __name__ == "__main__":
    sys.exit(main())
