"""Units of results: the one unit in which quantities of a kind are compared, and QUDT's names of units."""

from __future__ import annotations

from decimal import Context, Decimal
from typing import NamedTuple

# Each unit in which a kind of quantity is compared, and how many of it the kind's other units are. Kinds that look
# alike stay apart: hours of devices are no durations, FLOPS no TOPS, points no per cent. G is 10^9 and Gi 2^30, as in
# IEC 80000-13.
# fmt: off
_SCALES: dict[str, dict[str, str]] = {
    "s": {
        "ns": "1e-9", "us": "1e-6", "ms": "1e-3",
        "minutes": "60", "hours": "3600", "days": "86400", "weeks": "604800",
    },
    "s/token": {"ms/token": "1e-3"},
    "GPU hours": {"GPU days": "24"},
    "TPU hours": {"TPU days": "24"},
    "CPU hours": {"CPU days": "24"},
    "GB": {
        "B": "1e-9", "KB": "1e-6", "MB": "1e-3", "TB": "1e3", "PB": "1e6",
        "KiB": "1.024e-6", "MiB": "1.048576e-3", "GiB": "1.073741824", "TiB": "1099.511627776",
    },
    "GB/s": {"KB/s": "1e-6", "MB/s": "1e-3", "TB/s": "1e3"},
    "TFLOPS": {"MFLOPS": "1e-6", "GFLOPS": "1e-3", "PFLOPS": "1e3", "EFLOPS": "1e6"},
    "TOPS": {"GOPS": "1e-3", "POPS": "1e3"},
    "GFLOPS/W": {"TFLOPS/W": "1e3"},
    "TOPS/W": {"GOPS/W": "1e-3"},
    "W": {"uW": "1e-6", "mW": "1e-3", "kW": "1e3", "MW": "1e6"},
    "J": {
        "pJ": "1e-12", "nJ": "1e-9", "uJ": "1e-6", "mJ": "1e-3", "kJ": "1e3", "MJ": "1e6",
        "Wh": "3600", "kWh": "3.6e6", "MWh": "3.6e9",
    },
    "Hz": {"kHz": "1e3", "MHz": "1e6", "GHz": "1e9"},
    "m": {"nm": "1e-9", "um": "1e-6", "mm": "1e-3", "cm": "1e-2", "km": "1e3"},
    "mm^2": {"um^2": "1e-6", "cm^2": "100"},
    "kg": {"g": "1e-3", "t": "1e3"},
    "parameters": {"K parameters": "1e3", "M parameters": "1e6", "B parameters": "1e9", "T parameters": "1e12"},
    "tokens": {"K tokens": "1e3", "M tokens": "1e6", "B tokens": "1e9", "T tokens": "1e12"},
}
_SPELLINGS = {
    "x": ("×", "times", "fold", "-fold"),
    "%": ("percent", "per cent"),
    "points": ("pp", "percentage points", "percentage point"),
    "s": ("sec", "second", "seconds"),
    "ms": ("msec", "milliseconds"),
    "us": ("µs", "μs", "microseconds"),
    "ns": ("nanoseconds",),
    "minutes": ("min", "minute"),
    "hours": ("h", "hr", "hrs", "hour"),
    "days": ("day",),
    "weeks": ("week",),
    "GPU hours": ("GPU-hours", "GPU hour"),
    "GPU days": ("GPU-days", "GPU day"),
    "TPU hours": ("TPU-hours", "TPU hour"),
    "CPU hours": ("CPU-hours", "core hours", "core-hours"),
    "tokens/s": ("tok/s", "token/s", "tokens/sec", "tokens/second", "tokens per second", "TPS"),
    "req/s": ("requests/s", "requests per second", "queries/s", "queries per second", "QPS", "RPS"),
    "images/s": ("images per second",),
    "FPS": ("fps", "frames/s", "frames per second"),
    "KB": ("kB",),
    "GFLOPS": ("GFLOP/s", "GFLOPS/s"),
    "TFLOPS": ("TFLOP/s", "TFLOPS/s"),
    "PFLOPS": ("PFLOP/s", "PFLOPS/s"),
    "W": ("watt", "watts"),
    "J": ("joule", "joules"),
    "uW": ("µW", "μW"),
    "uJ": ("µJ", "μJ"),
    "mm^2": ("mm2", "mm²"),
    "degrees": ("°", "degree"),
    "USD": ("$", "dollars"),
}
# fmt: on
# Units that QUDT has, by its names (https://github.com/qudt/qudt-public-repo, VOCAB_QUDT-UNITS-ALL.ttl).
QUDT = {
    "%": "PERCENT",
    "ms": "MilliSEC",
    "us": "MicroSEC",
    "ns": "NanoSEC",
    "s": "SEC",
    "minutes": "MIN",
    "hours": "HR",
    "days": "DAY",
    "weeks": "WK",
    "mm": "MilliM",
    "mm^2": "MilliM2",
    "W": "W",
    "mW": "MilliW",
    "kW": "KiloW",
    "MW": "MegaW",
    "J": "J",
    "mJ": "MilliJ",
    "uJ": "MicroJ",
    "nJ": "NanoJ",
    "pJ": "PicoJ",
    "kWh": "KiloW-HR",
    "KB": "KiloBYTE",
    "MB": "MegaBYTE",
    "GB": "GigaBYTE",
    "TB": "TeraBYTE",
    "GB/s": "GigaBYTE-PER-SEC",
    "GFLOPS": "GigaFLOPS",
    "TFLOPS": "TeraFLOPS",
    "PFLOPS": "PetaFLOPS",
    "FPS": "FRAME-PER-SEC",
    "MHz": "MegaHZ",
    "GHz": "GigaHZ",
    "dB": "DeciB",
    "USD": "CCY_USD",
}
_WRITTEN = {spelling: unit for unit, spellings in _SPELLINGS.items() for spelling in spellings}
_NORMAL = {unit: (kind, Decimal(factor)) for kind, scale in _SCALES.items() for unit, factor in scale.items()}
_DIGITS = Context(prec=15)  # as many as a double keeps of any decimal number


class Normalized(NamedTuple):
    """A value in the unit in which its kind of quantity is compared."""

    value: Decimal
    unit: str


def normalized(value: float, unit: str, measured_in: str = "") -> Normalized:
    """The value in the unit of its kind: seconds, GB, TFLOPS, W, J …; a unit that is not known stays as it is.

    ``measured_in`` is the unit of the metric, if it has one: hours of a metric of GPU hours are GPU hours.
    Multiples are decimal numbers and so exact, to fifteen digits.

    >>> normalized(350, "ms")
    Normalized(value=Decimal('0.350'), unit='s')
    >>> normalized(3.5, "-fold").unit, normalized(8, "plums").unit, normalized(2, "days", "GPU hours")
    ('x', 'plums', Normalized(value=Decimal('48'), unit='GPU hours'))
    """
    name = " ".join(unit.split())
    name = _WRITTEN.get(name, name)
    device, _, hours = measured_in.rpartition(" ")
    if hours == "hours" and name in {"hours", "days"}:
        name = f"{device} {name}"
    kind, factor = _NORMAL.get(name, (name, Decimal(1)))
    return Normalized(_DIGITS.multiply(Decimal(repr(value)), factor), kind)
