"""The protocol's judge: drives the cases of Autobahn's suite against this repository's server, and says which fail.

`judge.py` runs all that tests/run wants; `judge.py 6.4.1 7.9.*` only these, and tells of each what was seen. The cases that count
on an echo go to `/echo` of the program `unguarded`, which reads and writes its socket as the product does; all others go to the
product's own `/ws`, as a page of it.
"""

import asyncio
import fnmatch
import sys
import time
from unittest.mock import MagicMock

import careless
import suite
from client import Client
from program import Program

# Most cases wait more than they work. Those of 9 move megabytes: more at once would only wait for each other.
AT_ONCE, LARGE_AT_ONCE = 50, 4
# A case may wait a minute for its megabytes; one that is not over by then is not going to be.
CASE_LIMIT = 120
# As many cases as the suite has without those of compression. Fewer means that it was not loaded whole, and says nothing.
CASES_AT_LEAST = 301

# Verdicts other than OK that are right for this server, and why.
FAIL_FAST = "A message is looked at once it is whole: it has at most 16 KiB here, so nothing is gained by looking earlier."
FAIL_FIRST = "What is whole in front of a broken frame may go unanswered, where both come in one read: the connection fails at once."
UNDEFINED = "The protocol says nothing of close codes from 5000 on."
ALLOWED = {number: ("NON-STRICT", FAIL_FAST) for number in ("6.4.1", "6.4.2", "6.4.3", "6.4.4")}
BEFORE_BROKEN = ("3.2", "3.3", "3.4", "4.1.3", "4.1.4", "4.1.5", "4.2.3", "4.2.4", "4.2.5", "5.15")
ALLOWED |= {number: ("NON-STRICT", FAIL_FIRST) for number in BEFORE_BROKEN}
ALLOWED |= {number: ("INFORMATIONAL", UNDEFINED) for number in ("7.13.1", "7.13.2")}
ALLOWED["7.1.6"] = ("INFORMATIONAL", "Whether what came just before a close is still answered is the server's choice.")


async def run(case, port, path, headers):
    """What the suite says of the case: its verdict, that on the way the connection ended, and a sentence for each."""
    loop = asyncio.get_running_loop()
    _, client = await loop.create_connection(lambda: Client(case, path, headers), "127.0.0.1", port)
    try:
        await asyncio.wait_for(client.ended, CASE_LIMIT)
    except asyncio.TimeoutError:
        return "FAILED", "FAILED", f"It did not end within {CASE_LIMIT} s.", ""
    told = client.case
    if client.refused:
        # The suite calls some cases informational that did not even begin.
        return "FAILED", "FAILED", client.refused, told.resultClose
    return told.behavior, told.behaviorClose, told.result, told.resultClose


def needs_echo(case):
    """Whether the case counts on a message of ours coming back."""
    tried = case(MagicMock())
    tried.onOpen()
    expects = any(event[0] == "message" for events in tried.expected.values() for event in events)
    return expects or not tried.expected


async def run_all(cases, target_of):
    """The verdicts by number; `target_of` says where a case goes."""
    verdicts = {}

    async def one(number, gate):
        async with gate:
            verdicts[number] = await run(cases[number], *target_of(number))

    for large, at_once in ((False, AT_ONCE), (True, LARGE_AT_ONCE)):
        gate = asyncio.Semaphore(at_once)
        await asyncio.gather(*(one(number, gate) for number in cases if number.startswith("9.") == large))
    return {number: verdicts[number] for number in cases}


# What a server that checks nothing does wrong: reserved bits and opcodes, fragments, UTF-8, close codes. And one that does not echo.
FOUND_IN_CARELESS = ["3.1", "4.2.1", "5.9", "6.3.1", "7.9.1"]
FOUND_WITHOUT_ECHO = ["1.1.2", "9.1.1"]
# Verdicts of which one half is allowed and the other is wrong: so is the whole.
HALF_WRONG = [
    ("6.4.1", ("NON-STRICT", "FAILED")),
    ("6.4.1", ("FAILED", "NON-STRICT")),
    ("3.2", ("NON-STRICT", "UNCLEAN")),
    ("7.13.1", ("FAILED", "INFORMATIONAL")),
    ("7.1.6", ("INFORMATIONAL", "WRONG CODE")),
    ("1.1.2", ("NON-STRICT", "OK")),
]


async def overlooked(cases, product, page):
    """Faults that the judge does not find where they are: then its other verdicts mean nothing."""
    port = await careless.start()
    missed = [f"{number} as {' and '.join(verdict)}" for number, verdict in HALF_WRONG if is_right(number, verdict)]
    missed += [number for number in FOUND_IN_CARELESS if is_right(number, await run(cases[number], port, "/", {}))]
    right = await run(cases["1.1.2"], port, "/", {})
    if not is_right("1.1.2", right):
        missed.append("1.1.2, which is not wrong there")
    return missed + [
        number for number in FOUND_WITHOUT_ECHO if is_right(number, await run(cases[number], product.port, "/ws", page))
    ]


def is_right(number, verdict):
    """Whether both halves are: what came back, and how the connection ended."""
    allowed = {"OK", ALLOWED.get(number, ("OK",))[0]}
    return set(verdict[:2]) <= allowed


def tell(verdicts, wrong, each):
    """What there is to know: every case if `each`, else those that are wrong; and those that are allowed to differ, by reason."""
    for number, (behavior, close, result, result_close) in verdicts.items():
        if each or number in wrong:
            print(f"{number}: {behavior}. {result} The close: {close}. {result_close}.")
    for verdict, reason in sorted(set(ALLOWED.values())):
        numbers = [number for number, seen in verdicts.items() if verdict in seen[:2] and ALLOWED.get(number) == (verdict, reason)]
        if numbers:
            print(f"{verdict}, and allowed: {', '.join(numbers)}. {reason}")
    print(f"{len(verdicts)} cases, {len(verdicts) - len(wrong)} right, {len(wrong)} wrong.")


async def main(wanted):
    """Whether anything failed."""
    everything = suite.load()
    if len(everything) < CASES_AT_LEAST:
        raise SystemExit(f"The suite has {len(everything)} cases, and not {CASES_AT_LEAST}: it was not loaded whole.")
    cases = {
        number: case
        for number, case in everything.items()
        if not wanted or any(fnmatch.fnmatch(number, pattern) for pattern in wanted)
    }
    if not cases:
        raise SystemExit(f"The suite has no case {' '.join(wanted)}.")
    with Program("where-to-eat") as product, Program("examples/unguarded") as echoing:
        page = product.of_a_page()

        def target_of(number):
            return (echoing.port, "/echo", {}) if needs_echo(cases[number]) else (product.port, "/ws", page)

        verdicts = await run_all(cases, target_of)
        missed = await overlooked(everything, product, page)
    wrong = [number for number, verdict in verdicts.items() if not is_right(number, verdict)]
    tell(verdicts, wrong, each=bool(wanted))
    if missed:
        print(f"The judge does not see what is wrong with a server that is: {', '.join(missed)}.")
    return bool(wrong or missed)


if __name__ == "__main__":
    began = time.monotonic()
    failed = asyncio.run(main(sys.argv[1:]))
    print(f"{time.monotonic() - began:.0f} s")
    sys.exit(failed)
