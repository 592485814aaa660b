"""The benchmark of groups times both kernels in one run."""

import re

import pytest

from resnet8doc.bench import _groups


@pytest.mark.slow
def test_each_shape_is_timed_beside_its_peer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_groups, "TURNS", 3)  # how exact the figures are is not what is tested
    figures = list(_groups.grouped())
    assert len(figures) == len(_groups.SHAPES)
    for figure in figures:
        mine, peer = (float(re.findall(r"([\d.]+) ms", text)[0]) for text in (figure.measured, figure.peer))
        assert figure.ratio is not None
        assert figure.ratio == pytest.approx(mine / peer, rel=0.1, abs=0.05)
        assert figure.reached == (figure.ratio <= _groups.LIMIT)
