"""A private PostgreSQL cluster with the settings of `countersign dev`, durable as that is."""

import contextlib
import getpass
import os
import pathlib
import pwd
import shutil
import signal
import subprocess
import tempfile

from .process import BenchError, Process, wait_until

# Those of Sources/LocalCluster/ClusterPlan.swift.
SETTINGS = {
    "listen_addresses": "", "unix_socket_permissions": "0700", "max_connections": "200",
    "timezone": "UTC", "log_timezone": "UTC", "log_min_messages": "warning", "jit": "off",
    "random_page_cost": "1.1", "logging_collector": "off",
}
DATABASE = "countersign"


class Cluster:
    """One server in a folder of its own below the temporary folder, removed at the end."""

    def __init__(self, settings=None, processors=None):
        self.programs = _programs()
        self.account = _account()
        # Short, because socket paths stop at 107 bytes, and reachable for the server's account.
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="csb-", dir="/var/tmp"))
        if self.account:
            os.chown(self.folder, self.account.pw_uid, self.account.pw_gid)
        self.data = self.folder / "data"
        self.url = self.url_of(DATABASE)
        self._process = None
        try:
            self._initialise()
            self._start({**SETTINGS, **(settings or {})}, processors)
            self._make_database()
        except BaseException:
            self.stop()
            raise

    def url_of(self, database, role=DATABASE):
        return f"postgresql:///{database}?host={self.folder}&user={role}"

    @property
    def version(self):
        return self.run("postgres", "--version").strip()

    @property
    def pid(self):
        return self._process.pid

    @property
    def log(self):
        return self.folder / "log"

    def cpu_microseconds(self):
        """Of the server with all its backends, those that have ended included."""
        return self._process.cpu_microseconds()

    def run(self, program, *arguments, **options):
        """Runs one of PostgreSQL's programs as this process's user and gives its output."""
        return subprocess.run(
            [str(self.programs / program), *map(str, arguments)], check=True, text=True,
            stdout=subprocess.PIPE, **options).stdout

    def sql(self, text, url=None):
        """Runs statements (as the service's role unless told otherwise); gives bare values."""
        return self.run(
            "psql", "-XqAt", "-v", "ON_ERROR_STOP=1", "-d", url or self.url, input=text).strip()

    def stop(self):
        if self._process:
            self._process.stop_signal = signal.SIGINT  # PostgreSQL's fast shutdown
            self._process.stop()
            self._process = None
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def _initialise(self):
        with Process(
            [self.programs / "initdb", "-D", self.data, "--username=postgres",
             "--encoding=UTF8", "--locale=C", "--data-checksums", "--auth=trust",
             "--no-instructions"],
            log=self.folder / "initdb.log", account=self.account) as initdb:
            initdb._popen.wait()
            if initdb._popen.returncode != 0:
                raise BenchError(f"initdb failed:\n{initdb.tail()}")

    def _start(self, settings, processors):
        settings = {**settings, "unix_socket_directories": str(self.folder)}
        options = [word for name, value in sorted(settings.items())
                   for word in ("-c", f"{name}={value}")]
        self._process = Process(
            [self.programs / "postgres", "-D", self.data, *options], log=self.log,
            processors=processors, account=self.account)
        status = self.data / "postmaster.pid"

        def is_ready():
            self._process.ensure_alive()
            return status.exists() and status.read_text().rstrip().endswith("ready")
        wait_until(is_ready, "PostgreSQL's start")

    def _make_database(self):
        self.sql(
            f'CREATE ROLE "{DATABASE}" LOGIN CREATEROLE CREATEDB;\n'
            f'CREATE DATABASE "{DATABASE}" OWNER "{DATABASE}";',
            url=self.url_of("postgres", "postgres"))

    def administer(self, text):
        """Runs statements as the superuser, each in a transaction of its own."""
        for statement in text.strip().split(";\n"):
            self.sql(statement, url=self.url_of("postgres", "postgres"))

    @contextlib.contextmanager
    def copy_of(self, database, name):
        """A copy of a database that nobody is connected to; removed afterwards."""
        self.administer(f'CREATE DATABASE "{name}" TEMPLATE "{database}" OWNER "{DATABASE}";\n'
                        "CHECKPOINT")
        try:
            yield name
        finally:
            self.administer(f'DROP DATABASE "{name}" WITH (FORCE)')


def _programs():
    found = sorted(
        pathlib.Path("/usr/lib/postgresql").glob("*/bin/postgres"),
        key=lambda path: int(path.parts[-3]))
    if found:
        return found[-1].parent
    path = shutil.which("postgres")
    if not path:
        raise BenchError("PostgreSQL's server was not found; apt-get install postgresql")
    return pathlib.Path(path).parent


def _account():
    """Who runs the server when we are root, whom it refuses; else nobody but ourselves."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam("postgres")
    except KeyError:
        raise BenchError(f"{getpass.getuser()} may not run PostgreSQL, and there is no account "
                         "postgres; apt-get install postgresql") from None
