"""What people correct in what extraction and linking say: a file that they write, applied at every build."""

from kg.corrections.correcting import Corrector
from kg.corrections.file import Corrections
from kg.corrections.forms import Accept, Correction, Names, Reject, Undecided

__all__ = ["Accept", "Correction", "Corrections", "Corrector", "Names", "Reject", "Undecided"]
