"""Chromium over its debugging pipe: enough to open a page, use it and look at it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedReader, FileIO
from pathlib import Path
from threading import Timer
from typing import Any

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "chrome"))), None)
PATIENCE = 40.0
_FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--remote-debugging-pipe")
# The browser listens on descriptor 3 and answers on 4.
_LAUNCH = """
import fcntl, os, sys
ends = [fcntl.fcntl(int(end), fcntl.F_DUPFD, 10) for end in sys.argv[1:3]]
for end, place in zip(ends, (3, 4)):
    os.dup2(end, place)
os.execv(sys.argv[3], sys.argv[3:])
"""


@contextmanager
def browsing(page: Path, profile: Path) -> Iterator[Browser]:
    """A page in a headless browser, which ends with the block or with our patience."""
    command_in, command_out = os.pipe()
    answer_in, answer_out = os.pipe()
    argv = [sys.executable, "-c", _LAUNCH, str(command_in), str(answer_out)]
    argv += [str(CHROMIUM), *_FLAGS, f"--user-data-dir={profile}", "about:blank"]
    with open(command_out, "wb", 0) as commands, open(answer_in, "rb") as answers:
        process = subprocess.Popen(
            argv, pass_fds=(command_in, answer_out), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        os.close(command_in)
        os.close(answer_out)
        timer = Timer(PATIENCE, process.kill)
        timer.start()
        try:
            browser = Browser(commands, answers)
            browser.open(page)
            yield browser
        finally:
            timer.cancel()
            process.kill()
            process.wait()


class Browser:
    """The browser's end of the pipes."""

    def __init__(self, commands: FileIO, answers: BufferedReader) -> None:
        self.requests: list[str] = []
        self.errors: list[str] = []
        self._commands = commands
        self._answers = answers
        self._loaded = False
        self._number = 0
        self._session: str | None = None

    def open(self, page: Path) -> None:
        """Go to a page and wait until it stands."""
        targets = self.call("Target.getTargets")["targetInfos"]
        target = next(info["targetId"] for info in targets if info["type"] == "page")
        self._session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Network", "Runtime", "Log"):
            self.call(f"{domain}.enable")
        self.call("Page.navigate", url=page.as_uri())
        self._await_load()

    def reload(self) -> None:
        """Read the page again and wait until it stands."""
        self._loaded = False
        self.call("Page.reload")
        self._await_load()

    def _await_load(self) -> None:
        while not self._loaded:
            self._next()

    def call(self, method: str, **params: object) -> dict[str, Any]:
        """One command of the protocol and its answer."""
        self._number += 1
        message: dict[str, object] = {"id": self._number, "method": method, "params": params}
        if self._session:
            message["sessionId"] = self._session
        self._commands.write(json.dumps(message).encode() + b"\0")
        while (answer := self._next()).get("id") != self._number:
            pass
        result: dict[str, Any] = answer["result"]
        return result

    def ask(self, expression: str) -> Any:
        """The value of an expression in the page, once it is settled."""
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def _next(self) -> dict[str, Any]:
        line = bytearray()
        while (byte := self._answers.read(1)) != b"\0":
            assert byte, "the browser has gone"
            line += byte
        message: dict[str, Any] = json.loads(line)
        method, params = message.get("method"), message.get("params", {})
        if method == "Page.loadEventFired":
            self._loaded = True
        elif method == "Network.requestWillBeSent":
            self.requests.append(params["request"]["url"])
        elif method == "Runtime.exceptionThrown":
            self.errors.append(str(params["exceptionDetails"]))
        elif method == "Log.entryAdded" and params["entry"]["level"] == "error":
            self.errors.append(params["entry"]["text"])
        return message
