"""The same renewal by FastAPI and psycopg: the same statements, the same signature. It knows none of
the rules, so it does less than it would have to.

The environment has STATEMENTS (a JSON file), DATABASE_URL, POOL (connections) and PIPELINE: 1 for the
statements in three pipelines, as our server sends them; 0 for one after another, as such services do.
"""

import base64
import contextlib
import json
import os
import time

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils
from fastapi import FastAPI, Request
from fastapi.responses import ORJSONResponse
from psycopg.rows import dict_row
from psycopg_pool import AsyncConnectionPool

BATCHES = json.load(open(os.environ["STATEMENTS"]))
IS_PIPELINED = os.environ["PIPELINE"] == "1"
KEY = ec.generate_private_key(ec.SECP256R1())
HEADER = {"alg": "ES256", "kid": "peer", "typ": "countersign-lease+jwt"}


def base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=")


def signed(claims):
    text = base64url(json.dumps(HEADER).encode()) + b"." + base64url(json.dumps(claims).encode())
    r, s = utils.decode_dss_signature(KEY.sign(text, ec.ECDSA(hashes.SHA256())))
    return (text + b"." + base64url(r.to_bytes(32) + s.to_bytes(32))).decode()


@contextlib.asynccontextmanager
async def lifespan(app):
    size = int(os.environ["POOL"])

    async def prepare(connection):
        connection.prepare_threshold = 0
        connection.prepared_max = 1_000
        await connection.set_autocommit(True)
    async with AsyncConnectionPool(
            os.environ["DATABASE_URL"], min_size=size, max_size=size, configure=prepare,
            kwargs={"row_factory": dict_row}) as pool:
        app.state.pool = pool
        yield


app = FastAPI(lifespan=lifespan, default_response_class=ORJSONResponse)


@app.post("/v1/leases/{lease}/renewals")
async def renew(lease: str, request: Request):
    body = await request.json()
    number = int(lease.removeprefix("lease_"))
    values = {"n": number, "site": number - number % 3, "term": body["term"] + 1}
    async with app.state.pool.connection() as connection:
        for batch in BATCHES:
            async with connection.pipeline() if IS_PIPELINED else contextlib.nullcontext():
                for text in batch:
                    await connection.execute(text, values)
    now = int(time.time())
    token = signed({
        "iss": "http://localhost", "aud": "demo", "sub": lease.replace("lease", "worker"),
        "jti": f"{lease}.{values['term']}", "lease": lease, "term": values["term"], "iat": now,
        "nbf": now, "exp": now + 60, "hosts": [f"{values['site']}.example"], "paths": ["/"],
        "methods": ["GET", "HEAD"], "rate_urps": 5_000_000, "interval_ns": 200_000_000,
        "burst": 10, "concurrency": 10, "quota": 300, "epoch": 0})
    return {"lease": {"id": lease, "term": values["term"], "state": "live", "rps": 5,
                      "burst": 10, "concurrency": 10, "quota": 300, "expires_in_ms": 60_000},
            "token": token, "server_time": now}
