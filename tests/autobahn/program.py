"""Starts a server of this repository for the judge, and makes what its `/ws` asks for. Knows nothing of cases."""

import http.client
import os
import re
import subprocess
from pathlib import Path

# Where Cargo builds to; a relative CARGO_TARGET_DIR counts from where tests/run calls it.
TARGET = Path(__file__).resolve().parents[2] / os.environ.get("CARGO_TARGET_DIR", "target") / "debug"
# Every case opens a connection or two, all from this machine; and it is the protocol that is judged, not the limits.
SETTINGS = {
    "PORT": "0",
    "WTE__SERVER__HOST": "127.0.0.1",
    "WTE__STORE__PATH": ":memory:",
    "WTE__VENUES__SOURCE": "none",
    "WTE__LOG__FORMAT": "json",
}


class Program:
    """A running server, ended with its `with`."""

    def __init__(self, name):
        path = TARGET / name
        if not path.exists():
            raise SystemExit(f"{path} is missing. Build it first: cargo build --examples --bins")
        self._process = subprocess.Popen(
            [path], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env={"PATH": os.environ["PATH"], **SETTINGS}, text=True
        )
        self.port = self._listening(name)

    def _listening(self, name):
        said = ""
        for line in self._process.stdout:
            said += line
            if found := re.search(r'"listening","address":"[^"]*:(\d+)"', line):
                return int(found[1])
        raise SystemExit(f"{name} ended before it listened:\n{said}")

    def __enter__(self):
        return self

    def __exit__(self, *_error):
        self._process.kill()
        self._process.wait()

    def of_a_page(self):
        """The headers that a page of this server sends with its handshake: a session's cookie, and where it came from."""
        origin = f"http://127.0.0.1:{self.port}"
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        connection.request("POST", "/api/session", headers={"Origin": origin})
        cookie = connection.getresponse().getheader("Set-Cookie", "").split(";")[0]
        connection.close()
        return {"Origin": origin, "Cookie": cookie}
