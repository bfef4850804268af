"""Loads the cases of Autobahn's WebSocket test suite. Knows nothing of servers, nor of how a case is driven.

The suite, as it is published, is written for Python 2 and its own driver needs a Twisted of that time. Its cases are plain
classes, though, that ask little of who drives them. So they, and with them the suite's own verdicts, are read from its package
as they are, and `client.py` drives them. Python 2 has bytes for text: here each character of a case's text is one byte of it.
"""

import codecs
import importlib.abc
import importlib.machinery
import importlib.util
import re
import sys
import types
from pathlib import Path

# The cases of permessage-deflate. This server never agrees to it (the judge holds it to that), and for servers that do not, the
# suite itself says nothing but "unimplemented". Loading them would need the suite's own Twisted.
COMPRESSION = "case12_x_x"
PACKAGE = "autobahn_cases"


class State:
    """What the cases read of the suite's own client class."""

    STATE_CLOSED, STATE_CONNECTING, STATE_CLOSING, STATE_OPEN = range(4)
    CLOSE_STATUS_CODE_NORMAL = 1000
    CLOSE_STATUS_CODE_PROTOCOL_ERROR = 1002
    CLOSE_STATUS_CODE_INVALID_PAYLOAD = 1007


class Validator:
    """Whether bytes are UTF-8 so far, and end at the end of a character."""

    def reset(self):
        self._decoder = codecs.getincrementaldecoder("utf-8")()

    def validate(self, text):
        try:
            self._decoder.decode(text.encode("latin-1"))
        except UnicodeDecodeError:
            return False, False
        return True, self._decoder.getstate()[0] == b""


class Python2(importlib.abc.SourceLoader):
    """Reads a file of Python 2 so that its text literals are bytes, a character each."""

    def __init__(self, path):
        self._path = path

    def get_filename(self, _name):
        return str(self._path)

    def get_data(self, path):
        return Path(path).read_bytes()

    def exec_module(self, module):
        module.xrange = range
        super().exec_module(module)

    def source_to_code(self, data, path, **_options):
        text = data.decode("latin-1")
        # Print statements stand in a self-test that nothing calls.
        text = re.sub(r"(?m)^(\s+)print\b.*$", r"\1pass", text)
        # A whole division, the only one that the cases make.
        text = text.replace(" / self.p.", " // self.p.")
        # Every class is an object in Python 3; named first it would have to be the last.
        text = text.replace("(object, Case, )", "(Case, )")
        return compile(text, path, "exec")


class Finder(importlib.abc.MetaPathFinder):
    """Finds the files of the cases' folder by their bare names, as Python 2 did."""

    def __init__(self, folder):
        self._folder = folder

    def find_spec(self, name, _path=None, _target=None):
        path = self._folder / ("__init__.py" if name == PACKAGE else f"{name}.py")
        if path.exists():
            return importlib.util.spec_from_loader(name, Python2(path))
        return None


def stand_ins():
    """Modules that the cases import, with what they use of them."""
    hexadecimal = types.ModuleType("binascii")
    hexadecimal.b2a_hex = lambda text: text.encode("latin-1").hex()
    protocol = types.ModuleType("autobahn.websocket.protocol")
    protocol.WebSocketProtocol = State
    utf8 = types.ModuleType("autobahn.websocket.utf8validator")
    utf8.Utf8Validator = Validator
    compression = types.ModuleType(COMPRESSION)
    for name in ("Case12_X_X", "Case13_X_X"):
        setattr(compression, name, [])
        setattr(compression, f"{name}_CaseSubCategories", {})
    # 9.9.1 is imported by the suite, but not among its cases.
    unlisted = types.ModuleType("case9_9_1")
    return {module.__name__: module for module in (hexadecimal, protocol, utf8, compression, unlisted)}


def load():
    """Every case of the suite but those of compression, by number as in "6.4.1", in the suite's order."""
    found = importlib.util.find_spec("autobahntestsuite")
    if found is None or found.origin is None:
        raise SystemExit("The package autobahntestsuite is missing. tests/run installs it.")
    before = {name: sys.modules.get(name) for name in stand_ins()}
    finder = Finder(Path(found.origin).parent / "case")
    sys.modules.update(stand_ins())
    sys.meta_path.insert(0, finder)
    try:
        cases = importlib.import_module(PACKAGE).Cases
    finally:
        sys.meta_path.remove(finder)
        for name, module in before.items():
            if module is None:
                del sys.modules[name]
            else:
                sys.modules[name] = module
    # The suite compares what came with what it expects by their pickles, which tell equal texts apart in Python 3.
    sys.modules["case"].Case.compare = lambda _self, came, expected: came == expected
    return {case.__name__.removeprefix("Case").replace("_", "."): case for case in cases}
