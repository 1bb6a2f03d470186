"""What a pool's own enforcement point judges a request by: docs/enforcement-points.md, in its order.

The signature is not checked: this process has the token from the service itself, and the standard
library knows no elliptic curves. Everything else is.
"""

import base64
import json
import threading
import time

SECOND = 1_000_000_000
#: A copy of the epoch events that was asked for longer ago serves nobody.
COPY_MAX = 15 * SECOND
#: Half of the guard.
UNCERTAINTY_MAX_MS = 1_500
#: What a clock may drift until it is measured again, every minute.
DRIFT_MS = 30


def claims_of(token):
    body = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))


class Bucket:
    """GCRA on the monotonic clock, in whole nanoseconds; empty at first."""

    def __init__(self, now, interval, burst):
        self.interval, self.burst = interval, burst
        self.full_at = now + interval * burst

    def earliest(self, now):
        """The first instant, not before now, at which a request passes."""
        return max(now, self.full_at - self.interval * (self.burst - 1))

    def take(self, now):
        self.full_at = max(self.full_at, now) + self.interval

    def go_on(self, now, interval, burst):
        """The next term: the level is taken over in requests, a smaller bucket spills."""
        room = self.interval * self.burst - max(0, self.full_at - now)
        kept = room * interval // self.interval
        self.interval, self.burst = interval, burst
        self.full_at = now + max(0, interval * burst - kept)


class Point:
    """The rules for the one chain of leases that this process holds at a time."""

    def __init__(self, audience):
        self.audience = audience
        self.lock = threading.Condition()
        self.offset = self.uncertainty_ms = None
        self.copy_of = self.next = None
        self.events = {}
        self.claims = self.bucket = None
        self.quota_left = 0
        self.let_through = 0

    def measured(self, sent, received, time_answer):
        """The service's clock lies this far ahead of our monotonic one."""
        with self.lock:
            self.offset = time_answer["unix_ms"] * 1_000_000 - (sent + received) // 2
            self.uncertainty_ms = (
                (received - sent) / 2_000_000 + time_answer["uncertainty_ms"] + DRIFT_MS)

    def heard(self, asked, answer):
        """An answer of the feed; the copy is as old as the question."""
        with self.lock:
            for event in answer["epoch_events"]:
                self.events[event["epoch"]] = event["covers"]
            self.next = answer["next"]
            if len(answer["epoch_events"]) < 1_000:
                self.copy_of = asked
            self.lock.notify_all()

    def adopt(self, token):
        """A token: the next term of the chain, or another chain with an empty bucket."""
        claims, now = claims_of(token), time.monotonic_ns()
        with self.lock:
            if self.claims is None or claims["lease"] != self.claims["lease"]:
                self.bucket = Bucket(now, claims["interval_ns"], claims["burst"])
            elif claims["term"] <= self.claims["term"]:
                return
            else:
                self.bucket.go_on(now, claims["interval_ns"], claims["burst"])
            self.claims, self.quota_left = claims, claims["quota"]
            self.lock.notify_all()

    def drop(self):
        with self.lock:
            self.claims = None

    def opens(self, host, path, method, now):
        """When a request would pass if nothing changed: an instant, or nil where none does."""
        if self.copy_of is None or now - self.copy_of > COPY_MAX:
            return None
        if self.uncertainty_ms is None or self.uncertainty_ms > UNCERTAINTY_MAX_MS:
            return None
        claims = self.claims
        if claims is None or claims["aud"] != self.audience:
            return None
        if any(self._covers(number, claims) for number in self.events):
            return None
        if host not in claims["hosts"] or method not in claims["methods"]:
            return None
        if not any(path.startswith(prefix) for prefix in claims["paths"]):
            return None
        if self.quota_left <= 0:
            return None
        at = max(self.bucket.earliest(now), claims["nbf"] * SECOND - self.offset)
        return at if at < claims["exp"] * SECOND - self.offset else None

    def take(self, now):
        self.bucket.take(now)
        self.quota_left -= 1
        self.let_through += 1

    def _covers(self, number, claims):
        lists = {"proposals": [claims["proposal"]], "grants": [claims["grant"]],
                 "workers": [claims["sub"]]}
        def names(kind, named):
            if kind == "hosts":
                return any(host == name or host.endswith("." + name)
                           for name in named for host in claims["hosts"])
            return kind not in lists or lists[kind][0] in named
        return number > claims["epoch"] and all(
            names(kind, named) for kind, named in self.events[number].items())
