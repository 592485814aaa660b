"""A specification of networks made here and by others: pages whose numbers are the library's."""

import re
import sys
import zipfile
from dataclasses import asdict
from functools import partial
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import numpy as np
import onnx
import pytest
from typer.testing import CliRunner

from resnet8doc.analysis.bounds import bound
from resnet8doc.cli._app import app
from resnet8doc.errors import UserError
from resnet8doc.extract import extract, load
from resnet8doc.files import read_json
from resnet8doc.hardware import FAULTS, OTHERS, PITFALLS, buffers, costs
from resnet8doc.hardware.c import generate
from resnet8doc.playground import State, from_query, own_name
from resnet8doc.specification import Subject, open_subject, write_specification
from resnet8doc.specification._attempt import attempt
from resnet8doc.specification._layer import chosen_index, worked
from resnet8doc.specification._mistakes import MANY, Mistake, mistakes
from resnet8doc.specification._pitfalls import pitfalls_page
from resnet8doc.specification._scales import bits, factors

from .networks import HOSTILE, small

TINY = ("mlperf-ad01_int8", "mlperf-kws_int8", "mlperf-vww_int8")
WIDTH = {"width": 10}


class Reader(HTMLParser):
    """Collects addresses, elements and handlers of a page, and its text."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.elements: list[str] = []
        self.handlers: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(tag)
        self.links += [value or "" for name, value in attrs if name in ("href", "src")]
        self.handlers += [name for name, _ in attrs if name.startswith("on")]

    def handle_data(self, data: str) -> None:
        self.text += data


def read(path: Path) -> Reader:
    reader = Reader()
    reader.feed(path.read_text(encoding="utf-8"))
    reader.close()
    return reader


def check_links(folder: Path) -> None:
    """Hold that each address leads to a file of the site, or within a page."""
    pages = sorted(folder.rglob("*.html"))
    assert len(pages) > 3
    for page in pages:
        for link in read(page).links:
            address = urlsplit(link)
            if address.scheme == "data" or not address.path:
                continue
            assert not address.scheme, f"{page}: {link}"
            assert not address.netloc, f"{page}: {link}"
            found = (page.parent / unquote(address.path)).resolve()
            assert found.is_file(), f"{page}: {link}"
            assert found.is_relative_to(folder.resolve())


def spoken(value: float) -> str:
    return (f"{value:,d}" if isinstance(value, int) else f"{value:.9g}").replace("-", "−").replace("e−", "e-")


def check_numbers(subject: Subject, folder: Path) -> None:
    """Hold that the pages say what the library computes."""
    graph = subject.graph
    record = read_json(folder / "specification.json")
    assert [row["node"] for row in record["operators"]] == [node.name for node in graph.nodes]
    index = read(folder / "index.html").text
    assert spoken(record["totals"]["multiply_accumulates"]) in index
    explained = 0
    for row, node in zip(record["operators"], graph.nodes, strict=True):
        assert row["output"] == list(subject.values[node.output].shape)
        if row["page"] is None:
            continue
        text = read(folder / row["page"]).text
        if row["accumulator"] is not None:
            expected = bound(graph, node)
            assert row["accumulator"] == asdict(expected)
            assert all(spoken(value) in text for value in (expected.low, expected.high, expected.products))
        multiplied = attempt(partial(factors, subject, node))
        if not isinstance(multiplied, UserError):
            assert all(bits(one) in text for one in multiplied)
        for formal in (e.formal for e in node.inputs if e.formal.endswith("_scale") and e.parameter):
            scales = graph.parameters[str(node.tensor(formal))].reshape(-1)
            assert all(bits(scale) in text for scale in scales)
        trace = attempt(partial(worked, subject, node))
        if isinstance(trace, UserError):
            assert trace.found in text
            continue
        output = subject.values[node.output]
        assert trace.output == output[chosen_index(output)]
        assert all(step.name in text and step.formula in text for step in trace.steps)
        explained += 1
    assert explained
    assert record["memory"]["peak_bytes"] == buffers(graph).peak_bytes
    assert spoken(buffers(graph).arena_bytes) in read(folder / "memory.html").text
    by_node = {row["node"]: row["multiply_accumulates"] for row in record["operators"]}
    assert all(by_node[row["node"]] == row["multiply_accumulates"] for row in costs(graph))


def check_pitfalls(subject: Subject, folder: Path, step: int = 1) -> None:
    """Hold that each mistake is counted as the engine makes it, and the number worked through is the engine's.

    Of a large network every ``step``-th is made again.
    """
    graph, rows = subject.graph, read_json(folder / "specification.json")["pitfalls"]
    text = read(folder / "pitfalls.html").text
    faults = {fault.describe(): fault for fault in FAULTS}
    possible = [name for name, fault in faults.items() if any(graph.can_have(node, fault) for node in graph.nodes)]
    assert [row["fault"] for row in rows] == possible
    fed = {entry.name: subject.values[entry.name] for entry in graph.inputs}
    for row in rows[::step]:
        if "refused" in row:
            with pytest.raises(UserError, match=re.escape(row["refused"]["found"])):
                graph.runtime.with_fault(faults[row["fault"]])
            assert row["fault"] in text
            continue
        wrong = graph.runtime.with_fault(faults[row["fault"]])
        given = graph.run(fed, runtime=wrong)
        for name, counts in row["outputs"].items():
            assert counts == {"changed": np.sum(given[name] != subject.values[name]), "values": given[name].size}
        assert row["changed"] == sum(node["changed"] for node in row["nodes"])
        assert all(spoken(row[key]) in text for key in ("changed", "values", "operators"))
        if not row["changed"]:
            assert row["place"] is None
            continue
        place = row["place"]
        node, index = graph.node(place["node"]), tuple(place["index"])
        right, otherwise = subject.values[node.output], graph.compute(node, subject.values, wrong)
        assert place["right"][-1]["value"] == right[index] != otherwise[index] == place["with_the_mistake"][-1]["value"]
        distance = np.abs(otherwise.astype(int) - right.astype(int))
        assert distance[index] == distance.max()
        assert {"node": node.name, "changed": np.count_nonzero(distance), "values": right.size} in row["nodes"]
        for one in (*place["right"], *place["with_the_mistake"]):
            assert one["name"] in text
            assert spoken(one["value"]) in text


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Subject, Path]:
    folder = tmp_path_factory.mktemp("small")
    subject = open_subject(small(folder / "small.onnx"), None, WIDTH)
    return subject, write_specification(subject, folder / "site", progress=False).parent


def test_a_small_network(made: tuple[Subject, Path]) -> None:
    subject, folder = made
    check_links(folder)
    check_numbers(subject, folder)
    record = read_json(folder / "specification.json")
    assert record["runtime"] == "onnxruntime_x86"
    totals = record["proofs"]["ONNX Runtime"]
    assert totals["values"] > 0
    assert totals["local_mismatches"] == totals["end_to_end_mismatches"] == 0
    assert not re.search("resnet|cifar", read(folder / "index.html").text.replace("resnet8doc", ""), re.IGNORECASE)


def test_the_pitfalls_of_a_small_network(made: tuple[Subject, Path]) -> None:
    subject, folder = made
    check_pitfalls(subject, folder)
    rows = {row["fault"]: row for row in read_json(folder / "specification.json")["pitfalls"]}
    assert [node["node"] for node in rows["channel_scale=first"]["nodes"]] == ["first"], "one scale elsewhere"
    assert [node["node"] for node in rows["padding=zero_code"]["nodes"]] == ["first"], "no padding elsewhere"
    assert rows["rounding=floor"]["changed"] > rows["rounding=half_up"]["changed"]
    assert rows["overflow=wrap"]["largest"] is not None
    text = read(folder / "pitfalls.html").text
    assert all(PITFALLS[row["pitfall"]].rule in text for row in rows.values() if row["pitfall"] in PITFALLS)


def test_a_network_of_real_numbers_has_no_pitfalls(tmp_path: Path) -> None:
    node = onnx.helper.make_node("Sqrt", ["x"], ["y"], name="root")
    ends = [onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, [1, 4]) for name in ("x", "y")]
    onnx.save(
        onnx.helper.make_model(
            onnx.helper.make_graph([node], "real", ends[:1], ends[1:]), ir_version=8,
            opset_imports=[onnx.helper.make_opsetid("", 13)],
        ),
        tmp_path / "real.onnx",
    )  # fmt: skip
    folder = write_specification(open_subject(tmp_path / "real.onnx"), tmp_path / "site", progress=False).parent
    assert read_json(folder / "specification.json")["pitfalls"] == []
    assert "none of these mistakes can be made" in read(folder / "pitfalls.html").text


def test_of_a_large_network_the_most_common_mistake_of_each_pitfall(made: tuple[Subject, Path]) -> None:
    subject, _ = made
    few = [one.fault.describe() for one in mistakes(subject, MANY) if isinstance(one, Mistake)]
    usual = [pitfall.fault for pitfall in PITFALLS.values()] + [fault for _, fault in OTHERS.values()]
    assert few == [
        fault.describe() for fault in usual if any(subject.graph.can_have(node, fault) for node in subject.graph.nodes)
    ]
    assert "the network is large" in pitfalls_page([], MANY, "")


def test_the_first_page_leads_to_a_playground_with_this_network(tmp_path: Path) -> None:
    address = "https://example.org/playground/app/index.html"
    result = CliRunner().invoke(
        app,
        ["spec", str(small(tmp_path / "small.onnx")), "--shape", "width=10", "--playground", address, "--output",
         str(tmp_path / "site")],
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    page = read(tmp_path / "site" / "index.html")
    led = next(link for link in page.links if link.startswith(address))
    query = {key: value for key, (value,) in parse_qs(urlsplit(led).query).items()}
    state, complaints = from_query(query)
    written = tmp_path / "site" / "downloads" / "small_operations.json"
    assert complaints == []
    assert state == State(model=own_name(written.read_bytes()), node="quantize")
    assert "small_operations.json" in page.text
    fed = np.load(tmp_path / "site" / "downloads" / "input.npy", allow_pickle=False)
    assert fed.shape == (1, 3, 8, 10)
    assert load(written).run(fed)["y"].shape == (1, 5)


def test_the_downloads_are_what_the_tools_make(made: tuple[Subject, Path], tmp_path: Path) -> None:
    subject, folder = made
    given = extract(subject.path, tmp_path)
    assert (folder / "downloads" / given.name).read_bytes() == given.read_bytes()
    with zipfile.ZipFile(folder / "downloads" / "c.zip") as archive:
        assert {name: archive.read(name).decode() for name in archive.namelist()} == generate(subject.graph)
    with zipfile.ZipFile(folder / "downloads" / "tensors.zip") as archive:
        for entry in read_json(folder / "downloads" / "tensors.json")["tensors"]:
            with archive.open(entry["file"]) as stream:
                np.testing.assert_array_equal(np.load(stream), subject.values[entry["tensor"]])
    with zipfile.ZipFile(folder / "downloads" / "vectors.zip") as archive:
        assert "manifest.json" in archive.namelist()


def test_the_same_bytes_again(made: tuple[Subject, Path], tmp_path: Path) -> None:
    subject, folder = made
    write_specification(subject, tmp_path / "site", progress=False)
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            assert path.read_bytes() == (tmp_path / "site" / path.relative_to(folder)).read_bytes(), path


def test_names_out_of_the_file_are_text(tmp_path: Path) -> None:
    subject = open_subject(small(tmp_path / "hostile.onnx", prefix=HOSTILE), None, WIDTH)
    folder = write_specification(subject, tmp_path / "site", progress=False).parent
    check_links(folder)
    assert HOSTILE + "first" in unescape((folder / "index.html").read_text(encoding="utf-8"))
    for page in folder.rglob("*.html"):
        found = read(page)
        assert not found.handlers, page
        images = found.elements.count("img")
        assert images == (1 if page.name == "index.html" else 0), page
        assert found.elements.count("script") == (1 if page.parent.name == "layers" else 0), page
    assert not list(tmp_path.rglob("*<*"))


def test_what_a_tool_refuses_stands_in_its_place(tmp_path: Path) -> None:
    subject = open_subject(small(tmp_path / "real.onnx", real=True), None, WIDTH)
    folder = write_specification(subject, tmp_path / "site", progress=False).parent
    check_links(folder)
    with pytest.raises(UserError) as refused:
        buffers(subject.graph)
    for name in ("memory.html", "index.html"):
        text = read(folder / name).text
        for said in (refused.value.found, refused.value.expected, refused.value.remedy):
            assert said in text
    assert not (folder / "downloads" / "c.zip").exists()


def test_a_package_that_is_missing_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pygraphviz", None)  # what an import of it finds where it is not installed
    subject = open_subject(small(tmp_path / "small.onnx"), None, WIDTH)
    folder = write_specification(subject, tmp_path / "site", progress=False).parent
    check_links(folder)
    assert "the package pygraphviz is not installed" in read(folder / "index.html").text
    assert not (folder / "downloads" / "network.svg").exists()


def test_of_an_extraction(tmp_path: Path) -> None:
    subject = open_subject(extract(small(tmp_path / "small.onnx"), tmp_path), None, WIDTH)
    folder = write_specification(subject, tmp_path / "site", progress=False).parent
    check_links(folder)
    check_numbers(subject, folder)
    assert "is an extraction" in read(folder / "proof.html").text


def test_a_folder_of_something_else_is_left_alone(made: tuple[Subject, Path], tmp_path: Path) -> None:
    subject, _ = made
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("mine")
    with pytest.raises(UserError, match="holds no specification"):
        write_specification(subject, tmp_path / "mine", progress=False)
    assert [path.name for path in tmp_path.rglob("*")] == ["mine", "thesis.txt"]


def test_an_earlier_specification_is_replaced(tmp_path: Path) -> None:
    model = small(tmp_path / "small.onnx")
    for width in (10, 12):
        result = CliRunner().invoke(
            app, ["spec", str(model), "--shape", f"width={width}", "--output", str(tmp_path / "site")]
        )
        assert result.exit_code == 0, result.output
        record = read_json(tmp_path / "site" / "specification.json")
        assert record["operators"][0]["output"] == [1, 3, 8, width]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["site", "small.onnx"]


def test_a_file_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"none\.onnx is not a file"):
        open_subject(tmp_path / "none.onnx")


@pytest.mark.parametrize("name", TINY)
def test_mlperf_tiny(name: str, networks: Path, tmp_path: Path) -> None:
    subject = open_subject(networks / f"{name}.tflite")
    folder = write_specification(subject, tmp_path / "site", progress=False).parent
    check_links(folder)
    check_numbers(subject, folder)
    check_pitfalls(subject, folder, 5)
    record = read_json(folder / "specification.json")
    assert record["runtime"] == "tflite_micro"
    assert set(record["proofs"]) == {"tflite_reference", "tflite_builtin", "xnnpack", "tflite_micro"}
    for totals in record["proofs"].values():
        assert totals["values"] > 0
        assert totals["local_mismatches"] == totals["end_to_end_mismatches"] == 0
    assert (folder / "downloads" / "c.zip").is_file()
    assert "TensorFlow Lite Micro" in read(folder / "index.html").text


def test_in_onnx_runtimes_arithmetic_a_tflite_file_has_c(networks: Path, tmp_path: Path) -> None:
    subject = open_subject(networks / "tflm-hello_world_int8.tflite", runtime="onnxruntime_x86")
    folder = write_specification(subject, tmp_path / "site", progress=False).parent
    check_numbers(subject, folder)
    assert (folder / "downloads" / "c.zip").is_file()
    assert subject.graph.runtime == load(subject.path).runtime
