"""Countersign itself: the release binary, and a running `countersign dev` on a cluster."""

import datetime
import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import urllib.error
import urllib.request

from .process import BenchError, Process, wait_until

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = ROOT / ".build/release/countersign"


def build():
    """Builds the release binary; quick when nothing has changed."""
    print("Building the release binary …", flush=True)
    done = subprocess.run(
        ["swift", "build", "-c", "release", "--product", "countersign"], cwd=ROOT, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode != 0:
        raise BenchError(f"the build failed:\n{done.stdout[-3000:]}")


class Server:
    """`countersign dev` on a cluster: migrated, with the demo's people, pool and gateway.

    The access log goes with the rest of the log into the file `log`. With a `folder` of the
    caller's, the credentials in it are kept, so that they hold on copies of a database too.
    """

    def __init__(self, cluster, loops=1, access_log=True, processors=None, connections=8,
                 environment=None, database=None, folder=None):
        self._is_folder_own = folder is None
        self.folder = pathlib.Path(folder or tempfile.mkdtemp(prefix="countersign-bench-"))
        path = self.folder / "credentials.json"
        known = path.stat().st_ino if path.exists() else None
        self._process = Process(
            [BINARY, "dev"], log=self.folder / "log", processors=processors,
            environment={
                "DATABASE_URL": cluster.url_of(database) if database else cluster.url,
                "COUNTERSIGN_LISTEN": "127.0.0.1:0",
                "COUNTERSIGN_DATA": str(self.folder), "COUNTERSIGN_LOOPS": str(loops),
                "COUNTERSIGN_CONNECTIONS": str(connections), "COUNTERSIGN_HOME": str(ROOT),
                "COUNTERSIGN_ACCESS_LOG": "on" if access_log else "off",
                # Nothing but what is measured: no fetches from targets, no jobs.
                "COUNTERSIGN_DOSSIER": "off", "COUNTERSIGN_JOBS": "off",
                **(environment or {}),
            })
        try:
            # Each start writes the file anew, once it serves.
            wait_until(lambda: self._process.ensure_alive() and path.exists()
                       and path.stat().st_ino != known, "the start")
            #: As docs/api.md has it: base_url, database_url, people, pools, gateways.
            self.credentials = json.loads(path.read_text())
        except BaseException:
            self.stop()
            raise

    @property
    def url(self):
        return self.credentials["base_url"]

    @property
    def pid(self):
        return self._process.pid

    @property
    def log(self):
        return self._process.log

    def token(self, person):
        return self.credentials["people"][person]["token"]

    @property
    def pool_key(self):
        return self.credentials["pools"]["demo"]["key"]

    def cpu_microseconds(self):
        return self._process.cpu_microseconds()

    def resident_mib(self):
        return self._process.resident_mib()

    def call(self, method, path, token=None, body=None, content_type="application/json"):
        """One call, for preparing: gives the parsed answer, raises unless it is a 2xx."""
        request = urllib.request.Request(self.url + path, method=method)
        if token:
            request.add_header("Authorization", f"Bearer {token}")
        if body is not None:
            request.add_header("Content-Type", content_type)
            request.data = body if isinstance(body, bytes) else json.dumps(body).encode()
        try:
            with urllib.request.urlopen(request) as response:
                text = response.read()
                return json.loads(text) if text else None
        except urllib.error.HTTPError as error:
            raise BenchError(f"{method} {path}: {error.code} {error.read().decode()}") from None

    def stop(self):
        self._process.stop()
        if self._is_folder_own:
            shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


def proposal(host):
    """examples/polite.yaml for one host, with dates as the API wants them."""
    today = datetime.datetime.now(datetime.timezone.utc).date()
    text = (ROOT / "examples/polite.yaml").read_text().replace("www.example.com", host)
    for word, days in (("today", 0), (r"\+60d", 60), ("-30d", -30), (r"\+150d", 150)):
        text = re.sub(rf": {word}$", f": {today + datetime.timedelta(days=days)}", text,
                      flags=re.MULTILINE)
    return text.encode()


def commit():
    """The commit that is measured, marked when the working tree differs from it."""
    def git(*arguments):
        return subprocess.run(["git", *arguments], cwd=ROOT, text=True, check=True,
                              stdout=subprocess.PIPE).stdout.strip()
    changed = git("status", "--porcelain", "--untracked-files=no")
    return git("rev-parse", "--short", "HEAD") + (" with changes" if changed else "")


def processors():
    """Which processors server and load generator are pinned to: the first and the last."""
    usable = sorted(os.sched_getaffinity(0))
    return {usable[0]}, {usable[-1]}
