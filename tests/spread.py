"""How the workers of ``nox -s tests`` share the files of tests."""

from xdist.scheduler import LoadFileScheduling

TENSORFLOW = (
    "src/resnet8doc/models/", "src/resnet8doc/quantize/", "tests/checkpoints/", "tests/dataset/test_published.py",
    "tests/evaluate/", "tests/models/", "tests/proof/test_tflite_uint8.py", "tests/quantize/",
    "tests/runtimes/test_tflite_int16.py",
)  # fmt: skip
"""What starts TensorFlow. A file that is missing here is tested all the same, only later."""


class FilesTogether(LoadFileScheduling):
    """A file's tests go to one worker, and so do all that start TensorFlow, so that one worker alone waits for it."""

    def _split_scope(self, nodeid: str) -> str:
        return "TensorFlow" if nodeid.startswith(TENSORFLOW) else super()._split_scope(nodeid)
