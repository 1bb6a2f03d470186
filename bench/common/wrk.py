"""wrk, the load generator (Debian's package of that name)."""

import dataclasses
import os
import pathlib
import re
import shutil
import signal
import subprocess
import time

from .process import BenchError, wait_until

_UNITS = {"us": 1, "ms": 1e3, "s": 1e6, "m": 60e6}


@dataclasses.dataclass
class Load:
    """What one run of wrk has seen. Latencies in microseconds."""
    requests: int
    seconds: float
    p50: float
    p99: float
    #: Answers that were neither 2xx nor 3xx, and connections that failed.
    refused: int
    broken: int


def ensure_installed(program="wrk", package="wrk"):
    """Says plainly what is missing; as root installs it."""
    if shutil.which(program):
        return
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise BenchError(f"{program} is missing; apt-get install {package}")
    print(f"Installing {package} …", flush=True)
    done = subprocess.run(
        ["apt-get", "install", "-y", "--no-install-recommends", package], text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"})
    if done.returncode != 0 or not shutil.which(program):
        raise BenchError(f"{package} could not be installed:\n{done.stdout[-1000:]}")


def version():
    text = subprocess.run(["wrk", "-v"], text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT).stdout
    return "wrk " + re.search(r"\d+\.\d+\.\d+", text)[0]


def run(url, connections, seconds, processors, script=None, arguments=(), threads=1):
    """Puts a load on a URL over kept connections and waits for its end."""
    with _started(url, connections, seconds, processors, script, arguments, threads) as process:
        return _load(process.communicate()[0], process.returncode)


def run_until(finished, url, connections, processors, script, arguments, seconds_max=600):
    """The same until the script makes the file `finished`, which it is given as its last
    argument. Gives the load with the seconds from the start to the file."""
    finished = pathlib.Path(finished)
    finished.unlink(missing_ok=True)
    start = time.time()
    arguments = [*arguments, finished]
    with _started(url, connections, seconds_max, processors, script, arguments) as process:
        try:
            wait_until(lambda: finished.exists() or process.poll() is not None,
                       "the last answer", seconds_max)
        finally:
            process.send_signal(signal.SIGINT)  # wrk sleeps for its whole duration
            output = process.communicate()[0]
    load = _load(output, process.returncode)
    load.seconds = finished.stat().st_mtime - start
    return load


def _started(url, connections, seconds, processors, script, arguments=(), threads=1):
    command = ["wrk", "--latency", f"-t{threads}", f"-c{connections}", f"-d{seconds}s"]
    if script:
        command += ["-s", str(script)]
    return subprocess.Popen(
        [*command, url, *(["--", *map(str, arguments)] if arguments else [])], text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        preexec_fn=lambda: os.sched_setaffinity(0, processors or os.sched_getaffinity(0)))


def _load(text, code):
    total = re.search(r"(\d+) requests in ([\d.]+)(us|ms|s|m)\b", text)
    if code != 0 or not total:
        raise BenchError(f"wrk failed:\n{text}")
    refused = re.search(r"Non-2xx or 3xx responses: (\d+)", text)
    broken = re.search(r"Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)",
                       text)
    return Load(
        requests=int(total[1]), seconds=float(total[2]) * _UNITS[total[3]] / 1e6,
        p50=_latency(text, 50), p99=_latency(text, 99),
        refused=int(refused[1]) if refused else 0,
        broken=sum(map(int, broken.groups())) if broken else 0)


def _latency(text, percent):
    found = re.search(rf"^\s+{percent}%\s+([\d.]+)(us|ms|s|m)\s*$", text, re.MULTILINE)
    if not found:
        raise BenchError(f"wrk has seen no answers:\n{text}")
    return float(found[1]) * _UNITS[found[2]]
