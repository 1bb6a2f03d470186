"""Countersign itself: the release binary, and a running `countersign dev` on a cluster."""

import datetime
import json
import os
import pathlib
import re
import shutil
import socket
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
                # A process with a new key waits twice as long before it serves.
                "COUNTERSIGN_KEYS_MAX_AGE_SECONDS": "1",
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


class Replica:
    """`countersign serve` on a database that others serve too, always at one port."""

    def __init__(self, database_url, environment=None):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="countersign-bench-"))
        self.port = _free_port()
        self._environment = {
            "DATABASE_URL": database_url, "COUNTERSIGN_LISTEN": f"127.0.0.1:{self.port}",
            "COUNTERSIGN_DATA": str(self.folder), "COUNTERSIGN_HOME": str(ROOT),
            "COUNTERSIGN_TOKENS_DECIDE": "true", "COUNTERSIGN_DOSSIER": "off",
            "COUNTERSIGN_KEYS_MAX_AGE_SECONDS": "1", **(environment or {})}
        self._spent = 0
        try:
            self._start()
        except BaseException:
            self.stop()
            raise

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self):
        return self._process.log

    def cpu_microseconds(self):
        return self._spent + self._process.cpu_microseconds()

    def resident_mib(self):
        return self._process.resident_mib()

    def kill_and_restart(self):
        """SIGKILL, and back again."""
        self._spent += self._process.cpu_microseconds()
        self._process.kill()
        self._start()

    def stop(self):
        self._process.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _start(self):
        self._process = Process(
            [BINARY, "serve"], log=self.folder / "log", environment=self._environment)

        def is_ready():
            self._process.ensure_alive()
            try:
                with urllib.request.urlopen(self.url + "/readyz") as answer:
                    return answer.status == 200
            except OSError:
                return False
        wait_until(is_ready, "a replica's start")


class Replicas(list):
    """Some, started one after another and stopped together."""

    def __init__(self, cluster, count, environment=None):
        super().__init__()
        try:
            for _ in range(count):
                self.append(Replica(cluster.url, environment))
        except BaseException:
            self.stop()
            raise

    def stop(self):
        for replica in self:
            replica.stop()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


def _free_port():
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return listening.getsockname()[1]


def own_asset(host, pool, **numbers):
    """The content of a proposal for an asset of our own, of tier T0; `numbers` as its target has
    them (max_rps, burst, …)."""
    today = datetime.datetime.now(datetime.timezone.utc).date()

    def day(offset):
        return str(today + datetime.timedelta(days=offset))
    return {
        "title": f"Pages of {host}", "purpose": "Measure how budgets are held.",
        "owner": "owner@demo.example", "deputy": "owner2@demo.example",
        "maintainer": {"person": "operator@demo.example", "phone": "+86 10 5555 0100"},
        "starts_on": day(-1), "ends_on": day(60), "pools": [pool],
        "identity": {"user_agent": "DemoBot/1.0 (+https://demo.example/bot)",
                     "contact": "crawler@demo.example", "egress": ["203.0.113.0/28"]},
        "answers": {
            "data_use": "price_reference", "alternatives": "none_exists",
            "substitutes_target": False, "data_recipients": "none", "jurisdictions": ["CN"],
            "kill_switch_proven": True, "stops_on_challenge": True, "unattended": False,
            "personal_data": "none", "data_classification": "none",
            "protected_works": "facts_only", "trade_secrets": False, "cross_border": "none",
            "retention_days": 180, "encrypted_at_rest": True, "model_training": False,
            "code_provenance": "inhouse_reviewed", "egress_attributable": True,
            "people_who_can_stop": 3},
        "targets": [{
            "hosts": [host], "path_prefixes": ["/"], "methods": ["GET", "HEAD"],
            "daily_requests": 500_000, "time_zone": "Etc/UTC",
            "evidence": [{
                "question": "capacity_evidence", "max_rps": 1000,
                "url": "https://demo.example/evidence/load-baseline",
                "observed_on": day(-30), "expires_on": day(150)}],
            "answers": {
                "operator_kind": "own", "public_service_field": "none", "users_served": 4_000,
                "dependants": False, "operator_consent": "notified_no_reply",
                "access_gate": "open_no_login", "robots_verdict": "allowed",
                "terms_on_automation": "silent", "technical_measures": [],
                "circumvents_measures": False, "rights_reservations": [],
                "earlier_objection": "none", "identifies_itself": True,
                "capacity_evidence": "measured_baseline", "capacity_share_permille": 5,
                "enumerates": False, "costly_endpoints": False},
            **numbers}]}


def approved(server, content):
    """Proposed, submitted and signed by two people; gives the proposal's id."""
    proposal = server.call("POST", "/v1/proposals", server.token("pm"), {"content": content})
    path, digest = f"/v1/proposals/{proposal['id']}", proposal["digest"]
    server.call("POST", path + "/submissions", server.token("pm"), {"revision_digest": digest})
    for name, role in (("legal", "legal_reviewer"), ("risk", "risk_reviewer")):
        server.call("POST", path + "/decisions", server.token(name),
                    {"revision_digest": digest, "role": role, "verdict": "approve"})
    status = server.call("GET", path, server.token("pm"))["status"]
    if status != "approved":
        raise BenchError(f"{content['title']} is {status}, not approved")
    return proposal["id"]


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
