"""Processes started by a benchmark: pinned, measured, ended by their id and never by a name."""

import os
import pathlib
import signal
import subprocess
import time

CLOCK_TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
START_SECONDS_MAX = 60
STOP_SECONDS_MAX = 60


class BenchError(Exception):
    """Why a benchmark cannot go on: one line for a person."""


def wait_until(condition, what, seconds=START_SECONDS_MAX, poll_seconds=0.02):
    """Polls until `condition()` gives something true, and gives that."""
    deadline = time.monotonic() + seconds
    while True:
        found = condition()
        if found:
            return found
        if time.monotonic() > deadline:
            raise BenchError(f"{what} did not happen within {seconds} s")
        time.sleep(poll_seconds)


class Process:
    """A command in a session of its own, its output in a file, pinned to some processors."""

    def __init__(self, command, log, processors=None, environment=None, account=None):
        self.log = pathlib.Path(log)
        self.stop_signal = signal.SIGTERM

        def prepare():
            if processors is not None:
                os.sched_setaffinity(0, processors)

        with open(self.log, "ab") as output:
            self._popen = subprocess.Popen(
                [str(part) for part in command], stdin=subprocess.DEVNULL, stdout=output,
                stderr=subprocess.STDOUT, start_new_session=True, preexec_fn=prepare,
                env={**os.environ, **(environment or {})},
                **({"user": account.pw_uid, "group": account.pw_gid, "extra_groups": [],
                    "cwd": "/"} if account else {}))
        self.pid = self._popen.pid

    def ensure_alive(self):
        """Raises with the end of its output when it has ended; else true."""
        if self._popen.poll() is not None:
            raise BenchError(
                f"{self._popen.args[0]} ended with {self._popen.returncode}:\n{self.tail()}")
        return True

    def tail(self, lines=15):
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])

    def cpu_microseconds(self):
        return tree_cpu_microseconds(self.pid)

    def resident_mib(self):
        return sum(_resident_kib(pid) for pid in tree(self.pid)) / 1024

    def signal(self, number):
        """Sends a signal to it, if it runs."""
        if self._popen.poll() is None:
            self._popen.send_signal(number)

    def kill(self):
        """It is gone at once."""
        self.signal(signal.SIGKILL)
        self._popen.wait()

    def stop(self):
        if self._popen.poll() is not None:
            return
        self._popen.send_signal(self.stop_signal)
        try:
            self._popen.wait(STOP_SECONDS_MAX)
        except subprocess.TimeoutExpired:
            os.killpg(self.pid, signal.SIGKILL)
            self._popen.wait()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


def tree(root):
    """The process and all its descendants."""
    children = {}
    for entry in os.listdir("/proc"):
        if not entry.isdigit():
            continue
        try:
            children.setdefault(int(_fields(entry)[1]), []).append(int(entry))
        except (FileNotFoundError, ProcessLookupError):
            continue  # It ended meanwhile.
    found, next_ones = [], [root]
    while next_ones:
        pid = next_ones.pop()
        found.append(pid)
        next_ones += children.get(pid, [])
    return found


def tree_cpu_microseconds(root):
    """utime + stime of the tree, with those of descendants that have ended (cutime, cstime)."""
    ticks = 0
    for pid in tree(root):
        try:
            ticks += sum(int(field) for field in _fields(pid)[11:15])
        except (FileNotFoundError, ProcessLookupError):
            continue  # Its parent counts it from now on.
    return ticks * 1_000_000 // CLOCK_TICKS_PER_SECOND


def _fields(pid):
    """/proc/PID/stat from the state on: the name before it may hold anything."""
    return pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


def _resident_kib(pid):
    try:
        for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1])
    except (FileNotFoundError, ProcessLookupError):
        pass  # It ended meanwhile.
    return 0
