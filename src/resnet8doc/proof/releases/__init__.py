"""What releases of ONNX Runtime get wrong, run in each of them: ``python -m resnet8doc.proof.releases``."""

from ._cases import FAULTS, ReleaseFault
from ._record import RECORD, read_record, write_record
from ._run import RELEASES, run_release

__all__ = ["FAULTS", "RECORD", "RELEASES", "ReleaseFault", "read_record", "run_release", "write_record"]
