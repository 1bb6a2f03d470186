"""wrk, the load generator (Debian's package of that name)."""

import dataclasses
import os
import re
import shutil
import subprocess

from .process import BenchError

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


def run(url, connections, seconds, processors, script=None, arguments=()):
    """Puts a load on a URL over kept connections, with one thread, and waits for its end."""
    command = ["wrk", "--latency", "-t1", f"-c{connections}", f"-d{seconds}s"]
    if script:
        command += ["-s", str(script)]
    done = subprocess.run(
        [*command, url, *(["--", *map(str, arguments)] if arguments else [])], text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        preexec_fn=lambda: os.sched_setaffinity(0, processors))
    total = re.search(r"(\d+) requests in ([\d.]+)(us|ms|s|m)\b", done.stdout)
    if done.returncode != 0 or not total:
        raise BenchError(f"wrk failed:\n{done.stdout}")
    refused = re.search(r"Non-2xx or 3xx responses: (\d+)", done.stdout)
    broken = re.search(r"Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)",
                       done.stdout)
    return Load(
        requests=int(total[1]), seconds=float(total[2]) * _UNITS[total[3]] / 1e6,
        p50=_latency(done.stdout, 50), p99=_latency(done.stdout, 99),
        refused=int(refused[1]) if refused else 0,
        broken=sum(map(int, broken.groups())) if broken else 0)


def _latency(text, percent):
    found = re.search(rf"^\s+{percent}%\s+([\d.]+)(us|ms|s|m)$", text, re.MULTILINE)
    return float(found[1]) * _UNITS[found[2]]
