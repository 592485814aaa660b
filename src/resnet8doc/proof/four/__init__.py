"""MLPerf Tiny's four int8 networks, measured: the record that the package ships, and how it is made."""

from ._measure import measure
from ._networks import NETWORKS, Benchmark, find
from ._record import read_record, record

__all__ = ["NETWORKS", "Benchmark", "find", "measure", "read_record", "record"]
