"""The client that a case drives: it sends whatever the case says, right or wrong, and notes what comes back and who ends the
connection, in the words that the suite's verdicts ask for. Knows nothing of which answers are right.

A case's text has a byte in each character (see `suite.py`), and so has what this hands to it.
"""

import asyncio
import base64
import hashlib
import os
import socket
from types import SimpleNamespace

from suite import State, Validator

CONTINUATION, TEXT, CLOSE, PING, PONG = 0, 1, 8, 9, 10
# A case waits half a second, or one, before it calls an answer late. On a busy machine late is no failure, so each such wait is
# longer by this; one that waits for an answer ends with the answer.
PATIENCE = 4
# How long the other end has to answer a close frame, and to close the connection then: the suite's second.
CLOSE_LIMIT = 1
# A handshake that takes longer than this never ends.
HANDSHAKE_LIMIT = 20
# What the answer to a key is made with (RFC 6455, 1.3).
ACCEPT = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


class Client(State, asyncio.Protocol):
    """One connection for one case. `ended` is set when it is over."""

    def __init__(self, case, path, headers):
        self._path, self._headers = path, headers
        self._key = base64.b64encode(os.urandom(16)).decode()
        self._received = b""
        self._to_write, self._writer = [], None
        self._message, self._validator = None, Validator()
        self._timers = []
        self._mask = None
        self.ended = asyncio.get_running_loop().create_future()
        # Why the handshake failed.
        self.refused = None
        # From here on, names are the suite's.
        self.factory = SimpleNamespace(isServer=False)
        self.state = self.STATE_CONNECTING
        self.connectionWasOpen = False
        self.closedByMe = self.failedByMe = self.droppedByMe = self.wasClean = False
        self.localCloseReason = self.remoteCloseCode = None
        self.createWirelog = False
        self.autoFragmentSize = 0
        self.txFrameStats = {}
        self.case = case(self)

    # --- the connection ---

    def connection_made(self, transport):
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._transport = transport
        lines = [f"GET {self._path} HTTP/1.1", "Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13"]
        # Offered in order to see that it is not taken: every case here counts on plain messages.
        lines += [f"Sec-WebSocket-Key: {self._key}", "Sec-WebSocket-Extensions: permessage-deflate"]
        lines += ["Host: {}:{}".format(*transport.get_extra_info("peername"))]
        lines += [f"{name}: {value}" for name, value in self._headers.items()]
        transport.write("\r\n".join([*lines, "", ""]).encode())
        self._after(HANDSHAKE_LIMIT, lambda: self.state == self.STATE_CONNECTING and self._drop())

    def data_received(self, data):
        self._received += data
        if self.state == self.STATE_CONNECTING:
            head, found, rest = self._received.partition(b"\r\n\r\n")
            if not found:
                return
            self._received = rest
            self._open(head.decode("latin-1"))
        while self.state != self.STATE_CLOSED and self._take_frame():
            pass

    def connection_lost(self, _error):
        self.state = self.STATE_CLOSED
        for timer in self._timers:
            timer.cancel()
        self.case.onConnectionLost(self.failedByMe)
        self.ended.set_result(None)

    def _open(self, head):
        status, *lines = head.split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        accept = base64.b64encode(hashlib.sha1((self._key + ACCEPT).encode()).digest()).decode()
        if " 101 " not in status:
            self.refused = status
        elif headers.get("sec-websocket-accept") != accept:
            self.refused = "the server did not answer to the key"
        elif "sec-websocket-extensions" in headers:
            self.refused = "the server agreed to an extension"
        if self.refused:
            self._drop()
            return
        self.state = self.STATE_OPEN
        self.connectionWasOpen = True
        self.case.onOpen()

    def _drop(self):
        if self.state != self.STATE_CLOSED:
            self.droppedByMe = True
            self.state = self.STATE_CLOSED
            self._transport.abort()

    def _after(self, seconds, act):
        def unless_over():
            if self.state != self.STATE_CLOSED:
                act()

        self._timers.append(asyncio.get_running_loop().call_later(seconds, unless_over))

    # --- what a case asks for ---

    def continueLater(self, delay, act, _tag=None):
        self._after(delay, act)

    def killAfter(self, delay):
        self._after(delay * PATIENCE, self._fail)

    def closeAfter(self, delay):
        self._after(delay * PATIENCE, self.sendClose)

    def enableWirelog(self, _on):
        pass

    def sendFrame(self, opcode, payload="", fin=True, rsv=0, mask=None, payload_len=None, chopsize=None, sync=False):
        data = payload.encode("latin-1")
        if payload_len is not None:
            data = (data * (payload_len // max(len(data), 1) + 1))[:payload_len] if payload_len else b""
        mask = mask or os.urandom(4)
        self.txFrameStats[opcode] = self.txFrameStats.get(opcode, 0) + 1
        self._write(head_of(opcode, fin, rsv, len(data)) + mask + masked(data, mask), chopsize)

    def sendMessage(self, payload, isBinary=False, fragmentSize=None, sync=False):
        size = fragmentSize or self.autoFragmentSize or len(payload) or 1
        starts = list(range(0, len(payload), size)) or [0]
        for start in starts:
            opcode = CONTINUATION if start else (2 if isBinary else TEXT)
            self.sendFrame(opcode, payload[start : start + size], fin=start == starts[-1])

    def beginMessage(self, isBinary=False):
        self._next_opcode = 2 if isBinary else TEXT

    def beginMessageFrame(self, length):
        """One frame of a message, whose end is not said with it; its payload comes in pieces."""
        self._mask = os.urandom(4)
        self._write(head_of(self._next_opcode, False, 0, length) + self._mask)
        self._next_opcode = CONTINUATION

    def sendMessageFrameData(self, payload, sync=False):
        self._write(masked(payload.encode("latin-1"), self._mask))
        turn = len(payload) % 4
        self._mask = self._mask[turn:] + self._mask[:turn]

    def endMessage(self):
        self.sendFrame(CONTINUATION)

    def sendClose(self, code=None, reason=None):
        if self.state == self.STATE_OPEN:
            self.sendCloseFrame(code, reason)

    def sendCloseFrame(self, code=None, reasonUtf8=None, isReply=False):
        if self.state != self.STATE_OPEN:
            return
        number = "" if code is None else code.to_bytes(2, "big").decode("latin-1")
        self.sendFrame(CLOSE, number + (reasonUtf8 or ""))
        self.state = self.STATE_CLOSING
        self.closedByMe, self.localCloseReason = not isReply, reasonUtf8
        if self.closedByMe:
            self._after(CLOSE_LIMIT * PATIENCE, self._drop)

    def _fail(self, code=1001):
        self.failedByMe = True
        if self.state == self.STATE_OPEN:
            self.sendCloseFrame(code)
        else:
            self._drop()

    def _write(self, data, chopsize=None):
        """In pieces, if the case says so: each on its way by itself, and what comes later behind them."""
        pieces = [data] if not chopsize else [data[at : at + chopsize] for at in range(0, len(data), chopsize)]
        if self._writer is None and len(pieces) == 1:
            self._transport.write(data)
            return
        self._to_write += pieces
        if self._writer is None:
            self._writer = asyncio.ensure_future(self._write_pieces())

    async def _write_pieces(self):
        written = 0
        while written < len(self._to_write) and not self._transport.is_closing():
            self._transport.write(self._to_write[written])
            written += 1
            await asyncio.sleep(0)
        self._to_write, self._writer = [], None

    # --- what the server sends ---

    def _take_frame(self):
        """Takes one frame off what has come; false if there is none yet."""
        data = self._received
        if len(data) < 2:
            return False
        length, start = data[1] & 0x7F, 2
        if length > 125:
            start = 4 if length == 126 else 10
            length = int.from_bytes(data[2:start], "big")
        if len(data) < start + length:
            return False
        payload, self._received = data[start : start + length], data[start + length :]
        fin, opcode = bool(data[0] & 0x80), data[0] & 0x0F
        control = opcode >= CLOSE
        wrong = data[0] & 0x70 or data[1] & 0x80 or opcode not in (0, 1, 2, 8, 9, 10)
        if wrong or (control and (not fin or length > 125)) or not (control or self._takes_message(opcode, fin, payload)):
            self._fail(self.CLOSE_STATUS_CODE_PROTOCOL_ERROR)
            return True
        if opcode == CLOSE:
            self._take_close(payload)
        elif opcode == PING:
            self.case.onPing(payload.decode("latin-1"))
            self.sendFrame(PONG, payload.decode("latin-1"))
        elif opcode == PONG:
            self.case.onPong(payload.decode("latin-1"))
        return True

    def _takes_message(self, opcode, fin, payload):
        """A part of a message; false if it is none that may come now."""
        if (opcode == CONTINUATION) != (self._message is not None):
            return False
        if opcode != CONTINUATION:
            self._message = (opcode, [])
        kind, parts = self._message
        parts.append(payload)
        if fin:
            self._message = None
            text = b"".join(parts).decode("latin-1")
            self._validator.reset()
            if kind == TEXT and self._validator.validate(text) != (True, True):
                return False
            self.case.onMessage(text, kind != TEXT)
        return True

    def _take_close(self, payload):
        if len(payload) == 1:
            self._fail(self.CLOSE_STATUS_CODE_PROTOCOL_ERROR)
            return
        self.remoteCloseCode = int.from_bytes(payload[:2], "big") if payload else None
        self.wasClean = True
        if self.state == self.STATE_OPEN:
            self.sendCloseFrame(self.remoteCloseCode, isReply=True)
        # The server is to close the connection.
        self._after(CLOSE_LIMIT * PATIENCE, self._drop)
        self._received = b""


def head_of(opcode, fin, rsv, length):
    """The head of a masked frame (RFC 6455, 5.2), without its mask."""
    first = (0x80 if fin else 0) | rsv << 4 | opcode
    if length < 126:
        return bytes([first, 0x80 | length])
    if length < 1 << 16:
        return bytes([first, 0x80 | 126]) + length.to_bytes(2, "big")
    return bytes([first, 0x80 | 127]) + length.to_bytes(8, "big")


def masked(data, mask):
    """All bytes at once, as one number: a loop would take seconds for the largest."""
    key = (mask * (len(data) // 4 + 1))[: len(data)]
    return (int.from_bytes(data, "big") ^ int.from_bytes(key, "big")).to_bytes(len(data), "big")
