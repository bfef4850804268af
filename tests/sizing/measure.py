"""What people cost: memory and processor time of one server, for docs/running.md. Not a test: it holds nothing to anything.

    python3 tests/sizing/measure.py target/release/where-to-eat 1000

starts that program with a store of its own (in memory; REDIS_URL if it is set), lets 1,000 people follow one area, then as many in
areas of ten, lets some of them vote, and prints a table; with a Redis that nothing else uses, also what these took there. Processor time
is the server's own, as the system counts it. Needs two open files a person: `ulimit -n`.
"""

import asyncio
import http.client
import json
import os
import re
import socket
import subprocess
import sys
import time
from urllib.parse import unquote, urlsplit

TICKS = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")
# How many come at once, and how many of them vote, once each.
JOINING, VOTERS = 50, 100
# Everything that is under way is over when nothing was delivered for so long, in seconds.
QUIET = 1.5
# Of this run: areas of an earlier one may still be in Redis.
RUN = os.urandom(4).hex()


class Server:
    def __init__(self, program):
        settings = {"PORT": "0", "WTE__SERVER__HOST": "127.0.0.1", "WTE__STORE__PATH": ":memory:", "WTE__VENUES__SOURCE": "none"}
        settings |= {"WTE__LOG__FORMAT": "json", "SESSION_SECRET": "x" * 32, "PATH": os.environ["PATH"]}
        settings |= {name: os.environ[name] for name in ("REDIS_URL",) if name in os.environ}
        self.process = subprocess.Popen([program], stdout=subprocess.PIPE, env=settings, text=True)
        self.port = int(next(filter(None, (re.search(r'"listening","address":".*:(\d+)"', line) for line in self.process.stdout)))[1])

    def memory(self):
        with open(f"/proc/{self.process.pid}/statm") as file:
            return int(file.read().split()[1]) * PAGE

    def cpu(self):
        """Seconds of a core, so far."""
        with open(f"/proc/{self.process.pid}/stat") as file:
            fields = file.read().rsplit(") ", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def delivered(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        connection.request("GET", "/metrics")
        text = connection.getresponse().read().decode()
        return sum(int(count) for count in re.findall(r"(?m)^wte_events_delivered_total (\d+)", text))


class Person:
    async def come(self, server):
        origin = f"http://127.0.0.1:{server.port}"
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(f"POST /api/session HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\nOrigin: {origin}\r\nContent-Length: 0\r\n"
                     "Connection: close\r\n\r\n".encode())
        head = (await reader.read()).decode()
        writer.close()
        cookie = re.search(r"(?i)set-cookie: ([^;]+)", head)[1]
        self.reader, self.writer = await asyncio.open_connection("127.0.0.1", server.port)
        self.writer.write(f"GET /ws HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\nOrigin: {origin}\r\nCookie: {cookie}\r\n"
                          "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                          "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n".encode())
        await self.reader.readuntil(b"\r\n\r\n")
        self.answers = {}
        self.reading = asyncio.create_task(self.read())
        return self

    async def read(self):
        """Takes all frames, and looks only into the small ones: those may be an answer."""
        while True:
            length = (await self.reader.readexactly(2))[1] & 0x7F
            if length > 125:
                length = int.from_bytes(await self.reader.readexactly(2 if length == 126 else 8), "big")
            data = await self.reader.readexactly(length)
            if length < 500 and (found := re.search(rb'"event":"(?:ack|serverError)","id":(\d+)', data)):
                self.answers.pop(int(found[1])).set_result(data)

    async def ask(self, number, event, **data):
        answer = self.answers[number] = asyncio.get_running_loop().create_future()
        text = json.dumps({"event": event, "id": number, "data": data}).encode()
        head = bytes([0x81, 0x80 | len(text)]) if len(text) < 126 else bytes([0x81, 0xFE]) + len(text).to_bytes(2, "big")
        # A mask of zeros leaves the text as it is.
        self.writer.write(head + bytes(4) + text)
        said = await asyncio.wait_for(answer, 60)
        assert b"serverError" not in said, said

    def go(self):
        self.reading.cancel()
        self.writer.close()


async def quiet(server):
    last, since = -1, time.monotonic()
    while time.monotonic() - since < QUIET:
        await asyncio.sleep(0.3)
        now = await asyncio.to_thread(server.delivered)
        if now != last:
            last, since = now, time.monotonic()
    return last


def redis_memory(url):
    """Bytes that Redis has in use."""
    at = urlsplit(url)
    if at.scheme != "redis":
        raise SystemExit("This asks Redis without TLS: REDIS_URL has to begin with redis://")
    login = [unquote(part) for part in (at.username, at.password) if part]
    with socket.create_connection((at.hostname, at.port or 6379), 20) as connection, connection.makefile("rwb") as file:
        for words in ([["AUTH", *login]] if login else []) + [["INFO", "memory"]]:
            file.write(f"*{len(words)}\r\n".encode() + b"".join(b"$%d\r\n%s\r\n" % (len(word.encode()), word.encode()) for word in words))
            file.flush()
            said = file.readline()
            if said.startswith(b"-"):
                raise SystemExit(f"Redis refuses {words[0]}: {said.decode()}")
        info = file.read(int(said[1:]))
        return int(re.search(rb"used_memory:(\d+)", info)[1])


async def measure(program, people, areas):
    """One line of the table: so many people in so many areas; and what each who voted took of Redis, if that is the store."""
    redis = os.environ.get("REDIS_URL")
    area_of = lambda number: f"{RUN}-{areas}-{number % areas}"
    server = Server(program)
    try:
        memory, cpu = server.memory(), server.cpu()
        here = []
        for start in range(0, people, JOINING):
            here += await asyncio.gather(*(Person().come(server) for _ in range(start, min(start + JOINING, people))))
        for number, person in enumerate(here):
            await person.ask(1, "watch", area=area_of(number))
        await quiet(server)
        each, joining = (server.memory() - memory) / people, (server.cpu() - cpu) / people
        voters = here[:VOTERS]
        if redis:
            # The first one of all brings the scripts along.
            first = await Person().come(server)
            await first.ask(1, "watch", area=f"{RUN}-first")
            await first.ask(2, "add", area=f"{RUN}-first", username=f"First of {areas}")
            await first.ask(3, "addVote", fs={"id": "first", "name": "First"})
            await quiet(server)
            here.append(first)
            kept = redis_memory(redis)
        for number, person in enumerate(voters):
            await person.ask(2, "add", area=area_of(number), username=f"Voter {number}")
        before, cpu, idle = await quiet(server), server.cpu(), time.monotonic()
        for number, person in enumerate(voters):
            await person.ask(3, "addVote", fs={"id": f"place-{number % 10}", "name": f"Place number {number % 10}"})
        delivered = await quiet(server) - before
        voting = server.cpu() - cpu
        print(f"| {people:,} in {areas:,} | {each / 1024:.1f} KiB | {joining * 1e6:.0f} µs | {voting / len(voters) * 1e3:.2f} ms "
              f"| {voting / max(delivered, 1) * 1e6:.1f} µs | {server.memory() / 2**20:.0f} MiB |", flush=True)
        if redis:
            told = f"{(redis_memory(redis) - kept) / len(voters) / 1024:.1f} KiB of Redis for each of {len(voters)} with a name and a vote"
        for person in here:
            person.go()
        return told if redis else None
    finally:
        server.process.kill()


async def main(program, people):
    print("| people in areas | memory each | processor to join | a vote, told to all | each frame written | all memory |")
    print("| --- | --- | --- | --- | --- | --- |")
    told = [(areas, await measure(program, people, areas)) for areas in (1, max(people // 10, 1))]
    for areas, sentence in told:
        if sentence:
            print(f"In {areas:,}: {sentence}, the places among it.")


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2])))
