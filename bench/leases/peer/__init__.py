"""The service beside ours, in a virtual environment of its own below .build/bench."""

import json
import pathlib
import socket
import subprocess
import sys

from common.countersign import ROOT
from common.process import Process, wait_until

HERE = pathlib.Path(__file__).resolve().parent
FOLDER = ROOT / ".build/bench/fastapi"
PACKAGES = ["fastapi", "uvicorn[standard]", "orjson", "psycopg[binary,pool]", "cryptography"]


class Absent(Exception):
    """Why the peer cannot be measured."""


def install():
    python = FOLDER / "bin/python"
    try:
        if not python.exists():
            subprocess.run([sys.executable, "-m", "venv", FOLDER], check=True)
        subprocess.run([python, "-m", "pip", "install", "-q", *PACKAGES], check=True,
                       stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    except (subprocess.CalledProcessError, OSError) as error:
        raise Absent(f"not measured: FastAPI could not be installed ({error})") from None
    listed = subprocess.run([python, "-m", "pip", "list", "--format=json"], check=True,
                            stdout=subprocess.PIPE).stdout
    versions = {each["name"]: each["version"] for each in json.loads(listed)}
    return "FastAPI {fastapi}, uvicorn {uvicorn}, psycopg {psycopg}".format(**versions)


class Service(Process):
    """`workers` processes with `connections` to the database in all."""

    def __init__(self, database, statements, folder, workers, connections, is_pipelined):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        path = pathlib.Path(folder, "statements.json")
        path.write_text(json.dumps(statements))
        super().__init__(
            [FOLDER / "bin/uvicorn", "--app-dir", HERE, "service:app", "--port", port,
             "--workers", workers, "--no-access-log", "--log-level", "warning"],
            log=pathlib.Path(folder, "fastapi.log"),
            environment={"STATEMENTS": str(path), "DATABASE_URL": database.url,
                         "POOL": str(connections // workers),
                         "PIPELINE": "1" if is_pipelined else "0"})
        self.url = f"http://127.0.0.1:{port}"

        def answers():
            self.ensure_alive()
            with socket.socket() as probe:
                return probe.connect_ex(("127.0.0.1", port)) == 0
        try:
            wait_until(answers, "the start of FastAPI")
        except BaseException:
            self.stop()
            raise
