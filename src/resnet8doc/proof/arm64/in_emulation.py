"""Run models in ONNX Runtime of another architecture: ``python in_emulation.py FOLDER``.

It is started by an interpreter for 64-bit ARM, which has ONNX Runtime and numpy and nothing of this project. FOLDER has
``cases.json``, a list of names, and for each name a model and what it is fed; all its outputs go to
``<name>_answer.npz`` there.
"""

import json
import platform
import sys
from pathlib import Path

import numpy as np
import onnxruntime


def main(folder: Path) -> None:
    """Answer every case that the folder lists, each model as it stands."""
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.log_severity_level = 4
    options.intra_op_num_threads = 1
    for name in json.loads((folder / "cases.json").read_text(encoding="utf-8")):
        with np.load(folder / f"{name}.npz", allow_pickle=False) as stored:
            feeds = dict(stored)
        model = (folder / f"{name}.onnx").read_bytes()
        session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
        outputs = [entry.name for entry in session.get_outputs()]
        answer = dict(zip(outputs, session.run(outputs, feeds), strict=True))
        np.savez(folder / f"{name}_answer.npz", **answer)
    about = {"machine": platform.machine(), "onnxruntime": onnxruntime.__version__, "numpy": np.__version__}
    (folder / "about.json").write_text(json.dumps(about), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
