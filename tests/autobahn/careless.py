"""A server that echoes whatever frames come, and checks none: the companion of the judge, which has to find its faults."""

import asyncio
import base64
import hashlib

from client import ACCEPT, CLOSE, masked


async def serve(reader, writer):
    head = await reader.readuntil(b"\r\n\r\n")
    key = next(line[18:].strip() for line in head.decode().split("\r\n") if line.lower().startswith("sec-websocket-key:"))
    accept = base64.b64encode(hashlib.sha1((key + ACCEPT).encode()).digest()).decode()
    lines = ["HTTP/1.1 101 Switching Protocols", "Upgrade: websocket", "Connection: Upgrade", f"Sec-WebSocket-Accept: {accept}"]
    writer.write("\r\n".join([*lines, "", ""]).encode())
    try:
        while True:
            first, second = await reader.readexactly(2)
            length = second & 0x7F
            longer = b"" if length < 126 else await reader.readexactly(2 if length == 126 else 8)
            length = int.from_bytes(longer, "big") if longer else length
            mask = await reader.readexactly(4)
            payload = masked(await reader.readexactly(length), mask)
            writer.write(bytes([first, second & 0x7F]) + longer + payload)
            if first & 0x0F == CLOSE:
                break
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    writer.close()


async def start():
    """Answers its port."""
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    return server.sockets[0].getsockname()[1]
