"""One worker that is its own enforcement point: it leases, renews, sends all that it may, and tells.

    worker.py SETTINGS NAME SEED

It ends at SIGTERM, giving its lease back, or whenever it is killed. Of the service's answers it loses
one in ten, and asks again as one has to: under the same key or the same term.
"""

import http.client
import itertools
import json
import os
import random
import signal
import sys
import threading
import time
import uuid
from datetime import datetime, timezone

from enforcement import SECOND, Point

SETTINGS = json.load(open(sys.argv[1]))
NAME = sys.argv[2]
#: What comes before the number in its name.
PROJECT = NAME.split("-")[0]
PATH = "/"
#: How long an answer is waited for, and how much longer than a long poll may take.
PATIENCE_SECONDS, POLL_SECONDS = 5, 10


class Lost(Exception):
    """No answer; whatever was asked may have happened."""


class Service:
    """The replicas, one after another; `calls` counts them, `lost` those whose answer was dropped."""

    def __init__(self, seed):
        self.chance = random.Random(seed)
        self.turns = itertools.cycle(SETTINGS["replicas"])
        for _ in range(self.chance.randrange(len(SETTINGS["replicas"]))):
            next(self.turns)
        self.calls = self.lost = 0

    def ask(self, method, path, body=None, key=None, seconds=PATIENCE_SECONDS):
        """One call; gives status, fields and body, or raises `Lost`."""
        self.calls += 1
        connection = http.client.HTTPConnection("127.0.0.1", next(self.turns), timeout=seconds)
        try:
            fields = {"Authorization": f"Bearer {SETTINGS['key']}"}
            if key:
                fields["Idempotency-Key"] = key
            if body is not None:
                fields["Content-Type"] = "application/json"
            connection.request(method, path, json.dumps(body) if body is not None else None, fields)
            answer = connection.getresponse()
            text = answer.read()
        except (OSError, http.client.HTTPException) as error:
            raise Lost(str(error)) from None
        finally:
            connection.close()
        if self.chance.random() < SETTINGS["loss"]:
            self.lost += 1
            raise Lost("dropped")
        return answer.status, answer.headers, json.loads(text) if text else None

    def key(self):
        return str(uuid.UUID(int=self.chance.getrandbits(128), version=4))

    def ask_until_answered(self, *arguments, **options):
        """Again after 1, 2, 4, 8 s with full jitter, until there is an answer."""
        for attempt in itertools.count():
            try:
                return self.ask(*arguments, **options)
            except Lost:
                pause(self.chance.uniform(0, 2 ** min(attempt, 3)))


class Ended(BaseException):
    """SIGTERM came."""


def pause(seconds):
    time.sleep(max(0.01, seconds))


def instant(at):
    return datetime.fromtimestamp(at, timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


class Usage:
    """What was sent since the report before; a report counts once it was answered."""

    def __init__(self, point):
        self.point, self.told, self.since = point, 0, time.time()

    def report(self):
        now, sent = time.time(), self.point.let_through
        usage = {"from": instant(self.since), "to": instant(now), "requests": sent - self.told,
                 "status": {"200": sent - self.told} if sent > self.told else {}}
        return usage, (now, sent)

    def counted(self, mark):
        self.since, self.told = mark

    def restart(self):
        """For a new lease, whose reports know nothing of the one before."""
        self.since, self.told = time.time(), self.point.let_through


def follow(point):
    """The epoch events, without end, and the clock every minute."""
    service = Service(f"{NAME} follows {sys.argv[3]}")
    measured = None
    while True:
        try:
            asked = time.monotonic_ns()
            if measured is None or asked - measured > 60 * SECOND:
                status, _, answer = service.ask("GET", "/v1/time")
                if status == 200:
                    point.measured(asked, time.monotonic_ns(), answer)
                    measured = asked
                continue
            is_old = point.copy_of is None or asked - point.copy_of > 15 * SECOND
            query = "" if is_old else f"?since={point.next}&wait_seconds={POLL_SECONDS}"
            status, _, answer = service.ask(
                "GET", "/v1/revocations" + query, seconds=POLL_SECONDS + PATIENCE_SECONDS)
            if status == 200:
                point.heard(asked, answer)
                continue
        except Lost:
            pass
        pause(0.25)


def tell(point):
    """Which term was seen, soon after it was, and every five seconds."""
    service = Service(f"{NAME} tells {sys.argv[3]}")
    told, counted = None, 0
    while True:
        with point.lock:
            if point.claims is None or told == point.claims["jti"]:
                point.lock.wait(5)
            claims, sent = point.claims, point.let_through
        if claims is None:
            counted = sent
            continue
        body = {"leases": [{"lease": claims["lease"], "term": claims["term"],
                            "requests": sent - counted}]}
        # Under one key, so that what was counted is not counted again.
        service.ask_until_answered("POST", "/v1/enforcement-reports", body, service.key())
        told, counted = claims["jti"], sent


def send(point):
    """All that may be sent, except while everybody is idle, so that full buckets meet."""
    connection = http.client.HTTPConnection("127.0.0.1", SETTINGS["target"], timeout=30)
    host = SETTINGS["hosts"][PROJECT]
    while True:
        now = time.monotonic_ns()
        phase = now % (SETTINGS["cycle"] * SECOND)
        idle = SETTINGS["idle"] * SECOND - phase
        if idle > 0:
            pause(idle / SECOND)
            continue
        with point.lock:
            opens = point.opens(host, PATH, "GET", now)
            if opens is None or opens > now:
                point.lock.wait(0.5 if opens is None else min(0.5, (opens - now) / SECOND))
                continue
            point.take(now)
        if SETTINGS["cheats"] == NAME:
            point.bucket.full_at = now
        try:
            connection.request("GET", PATH, headers={
                "Host": host, "Sent": str(now), "Accept-Encoding": "identity"})
            connection.getresponse().read()
        except (OSError, http.client.HTTPException):
            connection.close()


def work(point, service, usage):
    """Leases, and renews when told, until the end."""
    proposal, host = SETTINGS["proposals"][PROJECT], SETTINGS["hosts"][PROJECT]
    while True:
        key = service.key()
        asked = time.monotonic()
        status, fields, answer = service.ask_until_answered(
            "POST", "/v1/leases", {"proposal": proposal, "worker": NAME, "hosts": [host]}, key)
        if status != 201:
            note(f"asked: {status} {answer.get('code')}")
            pause(float(fields.get("Retry-After") or 1) + service.chance.uniform(0, 1))
            continue
        usage.restart()
        while True:
            lease = answer["lease"]
            point.adopt(answer["token"])
            pause(asked + lease["renew_in_ms"] / 1_000 - time.monotonic())
            ends = asked + lease["expires_in_ms"] / 1_000
            report, mark = usage.report()
            asked = time.monotonic()
            status, fields, answer = service.ask_until_answered(
                "POST", f"/v1/leases/{lease['id']}/renewals", {"term": lease["term"], "usage": report})
            while status in (429, 503) and time.monotonic() < ends:
                note(f"renewed: {status} {answer.get('code')}")
                # The same report again: what is sent meanwhile is the next one's.
                pause(min(float(fields.get("Retry-After") or 1), 10))
                asked = time.monotonic()
                status, fields, answer = service.ask_until_answered(
                    "POST", f"/v1/leases/{lease['id']}/renewals",
                    {"term": lease["term"], "usage": report})
            if status != 200:
                note(f"renewed: {status} {answer.get('code')}")
                break
            usage.counted(mark)
        pause(service.chance.uniform(0, 1))


def give_back(point, service, usage):
    claims = point.claims
    if claims is None:
        return
    point.drop()
    report, _ = usage.report()
    for _ in range(5):
        try:
            service.ask("POST", f"/v1/leases/{claims['lease']}/returns",
                        {"term": claims["term"], "usage": report})
            return
        except Lost:
            pause(0.5)


def note(text):
    print(f"{time.monotonic_ns()} {NAME} {text}", flush=True)


def main():
    point = Point(SETTINGS["audience"])
    for task in (follow, tell, send):
        threading.Thread(target=task, args=[point], daemon=True).start()

    def end(*_):
        raise Ended
    signal.signal(signal.SIGTERM, end)
    service = Service(f"{NAME} works {sys.argv[3]}")
    usage = Usage(point)
    try:
        work(point, service, usage)
    except Ended:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        give_back(point, service, usage)
    os._exit(0)


main()
