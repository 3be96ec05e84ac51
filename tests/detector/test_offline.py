"""Nothing is ever sent: what openvino_telemetry would do is refused, recorded and must not have been tried."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import pytest

from tests.detector.small_model import add_openvino_network, save_small_model

# Runs in a process of its own and refuses what leaves the machine. It records into a file, because telemetry sends from
# a forked process whose memory nobody sees.
SCRIPT = """
import json, socket, sys, urllib.request
from pathlib import Path

model, what, record = sys.argv[1:4]

def refused(name):
    def refuse(*args, **kwargs):
        with open(record, "a") as file:
            file.write(f"{name} {args}\\n")
        raise OSError("refused by the test")
    return refuse

class Refusing(socket.socket):
    connect = refused("connect")
    connect_ex = refused("connect_ex")
    sendto = refused("sendto")

socket.socket = Refusing
for name in ("create_connection", "getaddrinfo", "gethostbyname", "gethostbyname_ex"):
    setattr(socket, name, refused(name))
urllib.request.urlopen = refused("urlopen")

if what == "unsilenced":
    import openvino.tools.ovc
    sys.exit()
if what == "command":
    from camapp.__main__ import main
    from detector.paths import CLIP
    files = ("--out", "o.mp4", "--csv", "o.csv", "--jsonl", "o.jsonl", "--coco", "o.json")
    code = main(["detect", str(CLIP), "--seconds", "0.2", "--model", model, *files])
    print(json.dumps({"code": code}))
    sys.exit()
import numpy as np
from detector import open_detector
from detector.types import Frame
engine = open_detector(model, "cpu")
if what == "quantise":
    from detector.engines.convert import quantise, to_openvino
    from detector.models.checkpoint import load_model
    pictures = [np.random.default_rng(i).integers(0, 255, (64, 96, 3), np.uint8) for i in range(3)]
    quantise(to_openvino(*load_model(Path(model))), pictures, correct_bias=False)
found = engine.detect([Frame(np.zeros((180, 320, 3), np.uint8), 0, 0.0, 0.0)])
print(json.dumps({
    "found": len(found), "torch": "torch" in sys.modules, "device": engine.device,
    "telemetry": sys.modules.get("openvino_telemetry") is not None,
}))
"""


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return add_openvino_network(save_small_model(tmp_path_factory.mktemp("models") / "small.safetensors"))


def run_in_a_fresh_home(
    folder: Path, model: Path, what: str = "detect", before: tuple[str, ...] = ()
) -> dict[str, object]:
    """Runs SCRIPT with nobody's settings and caches, and not as CI, where telemetry keeps still.

    Returns:
        what SCRIPT printed; "attempts": what it wanted to send or ask; "home": the files that it left there.
    """
    home, record = folder / "home", folder / "attempts.txt"
    home.mkdir()
    environment = {k: v for k, v in os.environ.items() if k not in ("CI", "TF_BUILD", "JENKINS_URL", "NNCF_CI")}
    environment |= {"HOME": str(home), "LOCALAPPDATA": str(home), "XDG_CACHE_HOME": str(home / "cache")}
    environment["PYTHONPATH"] = str(Path(__file__).parents[2])
    command = [*before, sys.executable, "-c", SCRIPT, str(model), what, str(record)]
    result = subprocess.run(command, capture_output=True, text=True, env=environment, cwd=home)
    assert result.returncode == 0, result.stderr
    said: dict[str, object] = json.loads(result.stdout.splitlines()[-1]) if result.stdout else {}
    said["attempts"] = record.read_text().splitlines() if record.exists() else []
    said["home"] = sorted(path.name for path in home.iterdir())
    return said


def test_detect_tries_no_connection_leaves_no_file_and_needs_no_torch(model: Path, tmp_path: Path) -> None:
    assert run_in_a_fresh_home(tmp_path, model) == {
        "attempts": [],
        "home": [],
        "found": 1,
        "device": "CPU, OpenVINO fp32",
        "torch": False,
        "telemetry": False,
    }


def test_converting_through_torch_tries_no_connection(tmp_path: Path) -> None:
    said = run_in_a_fresh_home(tmp_path, save_small_model(tmp_path / "plain.safetensors"))
    assert said["attempts"] == []
    assert said["torch"] is True
    assert said["home"] == ["cache"]


def test_the_command_tries_no_connection(model: Path, tmp_path: Path) -> None:
    said = run_in_a_fresh_home(tmp_path, model, "command")
    assert (said["code"], said["attempts"]) == (0, [])
    assert {"o.mp4", "o.csv", "o.jsonl", "o.json"} <= set(said["home"])  # type: ignore[call-overload]


def test_quantising_tries_no_connection(model: Path, tmp_path: Path) -> None:
    pytest.importorskip("nncf", reason="nncf is an extra: camapp[int8]")
    said = run_in_a_fresh_home(tmp_path, model, "quantise")
    assert said["attempts"] == []
    assert said["telemetry"] is False
    assert "intel" not in said["home"]


def telemetry_is_installed() -> bool:
    """Asks the package's metadata: in this process it is made to look absent."""
    try:
        return bool(version("openvino-telemetry"))
    except PackageNotFoundError:
        return False


@pytest.mark.skipif(not telemetry_is_installed(), reason="nothing to be silenced")
def test_without_our_silence_this_test_would_see_an_attempt(model: Path, tmp_path: Path) -> None:
    assert run_in_a_fresh_home(tmp_path, model, "unsilenced")["attempts"]


def may_unshare() -> bool:
    """Whether this machine lets us start a process without a network."""
    if shutil.which("unshare") is None:
        return False
    return subprocess.run(["unshare", "--net", "--map-root-user", "true"], capture_output=True).returncode == 0


@pytest.mark.skipif(not may_unshare(), reason="no unshare, or not allowed")
def test_detect_works_on_a_machine_without_a_network(model: Path, tmp_path: Path) -> None:
    said = run_in_a_fresh_home(tmp_path, model, before=("unshare", "--net", "--map-root-user"))
    assert said["found"] == 1
    assert said["attempts"] == []
