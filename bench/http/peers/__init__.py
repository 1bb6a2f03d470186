"""The servers beside us: each a context manager with `url`, `cpu_microseconds()`,
`resident_mib()` and `version`; `Absent` says why one cannot be measured."""

import contextlib
import pathlib
import shutil
import socket
import subprocess
import tempfile

from common.countersign import ROOT
from common.process import Process, wait_until

BUILDS = ROOT / ".build/bench"
_HERE = pathlib.Path(__file__).resolve().parent


class Absent(Exception):
    """Why a peer is not measured."""


class Peer(Process):
    def __init__(self, command, port, log, processors, version):
        super().__init__(command, log, processors=processors)
        self.url = f"http://127.0.0.1:{port}"
        self.version = version

        def answers():
            self.ensure_alive()
            with contextlib.closing(socket.socket()) as probe:
                return probe.connect_ex(("127.0.0.1", port)) == 0
        try:
            wait_until(answers, f"the start of {version}")
        except BaseException:
            self.stop()
            raise


@contextlib.contextmanager
def nginx(body, processors, access_log):
    """`return 200` of one worker, the log written without a buffer, as by default."""
    if not shutil.which("nginx"):
        raise Absent("not measured: nginx is not installed (nginx-light)")
    version = subprocess.run(["nginx", "-v"], stderr=subprocess.PIPE, text=True).stderr
    port = _free_port()
    with tempfile.TemporaryDirectory(prefix="countersign-bench-") as folder:
        log = f"{folder}/access.log" if access_log else "off"
        configuration = pathlib.Path(folder, "nginx.conf")
        configuration.write_text(
            "daemon off; worker_processes 1; user root;\n"
            f"pid {folder}/pid; error_log {folder}/error.log;\n"
            "events { worker_connections 8192; }\n"
            f"http {{ access_log {log}; default_type application/json;\n"
            f"  server {{ listen 127.0.0.1:{port} backlog=4096;\n"
            f"    location = /livez {{ return 200 '{body}'; }} }} }}\n")
        command = ["nginx", "-e", f"{folder}/error.log", "-c", configuration]
        name = version.strip().rpartition(" ")[2].replace("/", " ")
        with Peer(command, port, f"{folder}/output", processors, name) as peer:
            yield peer


@contextlib.contextmanager
def go(body, processors):
    if not shutil.which("go"):
        raise Absent("not measured: Go is not installed (golang-go)")
    BUILDS.mkdir(parents=True, exist_ok=True)
    binary = BUILDS / "go-peer"
    _make(["go", "build", "-o", binary, _HERE / "go/main.go"])
    version = subprocess.run(["go", "version"], stdout=subprocess.PIPE, text=True).stdout
    port = _free_port()
    with tempfile.TemporaryDirectory(prefix="countersign-bench-") as folder:
        command = ["env", "GOMAXPROCS=1", binary, f"127.0.0.1:{port}", body]
        name = "Go " + version.split()[2].removeprefix("go")
        with Peer(command, port, f"{folder}/output", processors, name) as peer:
            yield peer


@contextlib.contextmanager
def hummingbird(body, processors):
    """A package of its own, built here only: the service never depends on it."""
    scratch = BUILDS / "hummingbird"
    _make(["swift", "build", "-c", "release", "--package-path", _HERE / "hummingbird-peer",
           "--scratch-path", scratch])
    pins = (_HERE / "hummingbird-peer/Package.resolved").read_text()
    version = pins.partition('"identity" : "hummingbird"')[2].partition('"version" : "')[2]
    port = _free_port()
    with tempfile.TemporaryDirectory(prefix="countersign-bench-") as folder:
        command = [scratch / "release/peer", port, body]
        name = "Hummingbird " + version.partition('"')[0]
        with Peer(command, port, f"{folder}/output", processors, name) as peer:
            yield peer


def _make(command):
    print(f"Building {command[-1]} …", flush=True)
    done = subprocess.run([str(part) for part in command], text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT)
    if done.returncode != 0:
        last = (done.stdout.strip().splitlines() or ["no output"])[-1]
        raise Absent(f"not measured: it could not be built ({last})")


def _free_port():
    with contextlib.closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
