"""Run small models in whatever release of ONNX Runtime is installed: ``python in_release.py FOLDER``.

It is started by the interpreter of another environment, which has ONNX Runtime and numpy and nothing of this project.
FOLDER has ``cases.json``, and for each case a model and what it is fed; the answers go to ``answers.json`` there.
"""

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime


def answer(folder: Path, key: str, level: str) -> dict[str, Any]:
    """Return what this release computes, or with which words it refuses."""
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = getattr(onnxruntime.GraphOptimizationLevel, level)
    options.log_severity_level = 4
    options.intra_op_num_threads = 1
    with np.load(folder / f"{key}.npz", allow_pickle=False) as stored:
        feeds = dict(stored)
    model = (folder / f"{key}.onnx").read_bytes()
    try:
        session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
        found = np.asarray(session.run(None, feeds)[0])
    except Exception as error:  # onnxruntime raises a dozen types of its own that have no base but this
        # Of a failed check, the sentence after it: before it stands where in the source it is.
        return {"refused": str(error).splitlines()[0].split(" was false. ")[-1][:300]}
    return {"dtype": str(found.dtype), "shape": list(found.shape), "values": found.reshape(-1).tolist()}


def main(folder: Path) -> None:
    """Answer every case that the folder lists."""
    cases = json.loads((folder / "cases.json").read_text(encoding="utf-8"))
    answers = {key: answer(folder, key, level) for key, level in cases.items()}
    found = {"release": onnxruntime.__version__, "numpy": np.__version__, "answers": answers}
    (folder / "answers.json").write_text(json.dumps(found), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
