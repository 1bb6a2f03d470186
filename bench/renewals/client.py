"""Renews leases at a steady rate, whatever the answers: an open loop.

    client.py PORT KEY HOSTS WORKERS RATE SECONDS CONNECTIONS

Every lease has its turn every HOSTS · WORKERS / RATE seconds. A latency counts from the instant at
which the renewal was due, so that waiting for a free connection counts too. Prints one line of JSON.
"""

import asyncio
import json
import resource
import sys
import time

PORT, KEY = int(sys.argv[1]), sys.argv[2]
HOSTS, WORKERS, RATE, SECONDS, CONNECTIONS = (int(word) for word in sys.argv[3:8])
LEASES = HOSTS * WORKERS
#: Whoever is later than this is not sent any more: the service is behind for good.
LATE_MAX_SECONDS = 10

latencies, statuses = [], {}
terms = [1] * (LEASES + 1)
given_up = 0
#: Those that were told to come again.
later = set()


def request(lease):
    now = time.time()
    def instant(at):
        return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(at))
    body = (f'{{"term":{terms[lease]},"usage":{{"from":"{instant(now - 20)}","to":"{instant(now)}",'
            f'"requests":4,"status":{{"200":4}}}}}}').encode()
    return (f"POST /v1/leases/lease_{lease:026d}/renewals HTTP/1.1\r\nHost: 127.0.0.1\r\n"
            f"Authorization: Bearer {KEY}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\n\r\n").encode() + body


async def exchange(reader, writer, lease):
    writer.write(request(lease))
    head = await reader.readuntil(b"\r\n\r\n")
    at = head.lower().index(b"content-length:") + 15
    body = await reader.readexactly(int(head[at:head.index(b"\r\n", at)]))
    status = int(head[9:12])
    statuses[status] = statuses.get(status, 0) + 1
    if status == 200:
        terms[lease] += 1
    elif statuses[status] < 4:
        print(body.decode(errors="replace"), file=sys.stderr)
    return status


async def connection(due):
    global given_up
    reader, writer = await asyncio.open_connection("127.0.0.1", PORT)
    while (turn := await due.get()) is not None:
        at, lease = turn
        if time.monotonic() - at > LATE_MAX_SECONDS:
            given_up += 1
            continue
        status = await exchange(reader, writer, lease)
        if status == 200:
            latencies.append(time.monotonic() - at)
        elif status == 503:
            # It says to come again in a second; the renewal is as late as it is by then.
            later.add(task := asyncio.create_task(again(due, turn)))
            task.add_done_callback(later.discard)
    writer.close()


async def again(due, turn):
    await asyncio.sleep(1)
    due.put_nowait(turn)


async def main():
    due = asyncio.Queue()
    connections = [asyncio.create_task(connection(due)) for _ in range(CONNECTIONS)]
    start = time.monotonic()
    # Neighbours in number share a budget; in time they do not.
    stride = next(n for n in range(LEASES * 5 // 8, LEASES) if _coprime(n, LEASES))
    for number in range(RATE * SECONDS):
        at = start + number / RATE
        wait = at - time.monotonic()
        if wait > 0.001:
            await asyncio.sleep(wait)
        due.put_nowait((at, 1 + number * stride % LEASES))
    while not due.empty() or later:
        await asyncio.sleep(0.05)
    for _ in connections:
        due.put_nowait(None)
    await asyncio.gather(*connections)
    took = time.monotonic() - start
    latencies.sort()
    usage = resource.getrusage(resource.RUSAGE_SELF)
    print(json.dumps({
        "seconds": took, "renewals": len(latencies), "statuses": statuses, "given_up": given_up,
        "p50": part(0.5), "p99": part(0.99), "most": part(1),
        "cpu_us": (usage.ru_utime + usage.ru_stime) * 1e6}))


def part(share):
    return latencies[min(len(latencies) - 1, int(len(latencies) * share))] * 1e6 if latencies else 0


def _coprime(a, b):
    while b:
        a, b = b, a % b
    return a == 1


asyncio.run(main())
