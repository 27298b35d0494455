"""A client of Remit's HTTP API, over the agent's socket. Python 3.9 or later, and nothing but the standard library."""

from __future__ import annotations

import http.client
import json
import socket
import time
import uuid
from typing import Any, Callable, Optional

# How long one request may take, in seconds; the agent itself answers within `wait_ms` (30 s unless configured).
REQUEST_SECONDS = 60
# How long one answer about a run waits for its end, in milliseconds.
WAIT_MS = 20_000
FIRST_PAUSE, LONGEST_PAUSE = 0.2, 10.0


class Problem(Exception):
    """The agent did not take a request: a problem document (RFC 9457), whose `code` is stable."""

    def __init__(self, document: dict[str, Any], retry_after: Optional[float]) -> None:
        super().__init__(f"{document.get('title')}: {document.get('detail')}")
        self.code: str = document.get("code", "")
        self.retryable: bool = document.get("retryable") is True
        self.retry_after = retry_after
        self.next_steps: list[str] = document.get("next_steps", [])


class _SocketConnection(http.client.HTTPConnection):
    def __init__(self, path: str) -> None:
        super().__init__("localhost", timeout=REQUEST_SECONDS)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)


class Remit:
    """Asks the agent at `socket_path`; what can be tried again is, for at most `patience` seconds a request."""

    def __init__(
        self, socket_path: str, token: str, patience: float = 60, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._path = socket_path
        self._token = token
        self._patience = patience
        self._sleep = sleep

    def run(self, script: str, arguments: Optional[dict[str, Any]] = None, dry_run: bool = False) -> dict[str, Any]:
        """Runs `script` once, and returns the run when it is over. A denial is no exception: see its `denials`.

        `arguments` are tagged: {"path": {"stringValue": "/tmp"}}. Raises Problem, or OSError when nobody answers.
        """
        body = {"script": script, "arguments": arguments or {}, "dry_run": dry_run}
        # With a key, the request can be sent again when its answer was lost: there is one run in any case.
        run, place = self._ask("POST", "/v1/runs", body, {"Idempotency-Key": str(uuid.uuid4())})
        while "ended_at" not in run:  # 202: it goes on, at its Location
            self._sleep(FIRST_PAUSE)  # an agent need not let anybody wait
            run, _ = self._ask("GET", f"{place}?wait_ms={WAIT_MS}")
        return run

    def explain(self, action: str, type: str, id: str) -> dict[str, Any]:
        """What the policy says of `action` on a resource: its `decision`, and why. Nothing is done."""
        question = {"action": action, "resource": {"type": type, "id": id}}
        return self._ask("POST", "/v1/explain", question)[0]

    def _ask(
        self, method: str, target: str, body: Any = None, headers: Optional[dict[str, str]] = None
    ) -> tuple[dict[str, Any], str]:
        """The answer, and its Location. Every request of this class may be sent again."""
        end = time.monotonic() + self._patience
        pause = FIRST_PAUSE
        while True:
            try:
                return self._send(method, target, body, headers or {})
            except Problem as problem:
                wait = problem.retry_after or pause
                if not problem.retryable or time.monotonic() + wait > end:
                    raise
            except (OSError, http.client.HTTPException):
                wait = pause
                if time.monotonic() + wait > end:
                    raise
            self._sleep(wait)
            pause = min(pause * 2, LONGEST_PAUSE)

    def _send(self, method: str, target: str, body: Any, headers: dict[str, str]) -> tuple[dict[str, Any], str]:
        connection = _SocketConnection(self._path)
        try:
            text = None if body is None else json.dumps(body)
            headers = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json", **headers}
            connection.request(method, target, text, headers)
            response = connection.getresponse()
            document = json.loads(response.read() or "{}")
            if response.status < 400:
                return document, response.getheader("Location", "")
            after = response.getheader("Retry-After", "")
            raise Problem(document, float(after) if after.isdigit() else None)
        finally:
            connection.close()
