"""Any model that is read is drawn: several outputs of a node, nodes out of order, graphs within."""

from pathlib import Path

import onnx
from onnx import parser
from typer.testing import CliRunner

from resnet8doc.cli import app

TEXT = """
<ir_version: 8, opset_import: ["" : 17]>
g (float[2, 3] x, bool go) => (float[2, 2] y) <int8[3, 2] w = {1, -2, 3, 4, -5, 6}> {
    p = MatMulInteger (q, w, z)
    q, s, z = DynamicQuantizeLinear (x)
    f = Cast <to = 1> (p)
    y = If (go) <then_branch = a () => (m) { m = Mul (f, s) }, else_branch = b () => (n) { n = Neg (f) }>
}
"""


def test_a_dynamic_model_out_of_order_is_drawn(tmp_path: Path) -> None:
    path = tmp_path / "m.onnx"
    onnx.save(parser.parse_model(TEXT), path)
    result = CliRunner().invoke(app, ["draw", str(path)])
    assert result.exit_code == 0, result.output
    drawn = (tmp_path / "m.svg").read_text(encoding="utf-8")
    assert all(f">{kind}</text>" in drawn for kind in ("DynamicQuantizeLinear", "MatMulInteger", "Cast", "If"))
    assert "flowchart" in result.output
    assert "DynamicQuantizeLinear" in result.output
