"""The stub as a pytest fixture. Copy this file; it needs nothing but pytest."""

import json
import os
import shlex
import subprocess
import time
import urllib.request
import uuid

import pytest

# In a project with the package: the command that npm has installed. npx does not pass SIGTERM on.
COMMAND = shlex.split(os.environ.get("NEXUS_SYNC", "node_modules/.bin/nexus-sync"))


@pytest.fixture(scope="session")
def stub(tmp_path_factory):
    """One stub for all tests, on free ports: its URLs, and credentials that are valid only here."""
    file = tmp_path_factory.mktemp("stub") / "ready.json"
    process = subprocess.Popen([*COMMAND, "--port", "0", "--ready-file", file, "--log-level", "silent"])
    try:
        while not file.exists():
            assert process.poll() is None, "The stub did not start."
            time.sleep(0.02)
        yield json.loads(file.read_text())
    finally:
        process.terminate()
        process.wait(timeout=15)


@pytest.fixture
def session(stub):
    """The directory, faults and requests of one test, which the header X-Contract-Session selects."""
    return Session(stub["controlUrl"], f"test-{uuid.uuid4()}")


class Session:
    def __init__(self, control_url, name):
        self.headers = {"X-Contract-Session": name}
        self._control_url = control_url

    def faults(self, *rules):
        self._send("PUT", "/faults", {"rules": rules})

    def verify(self, match, **count):
        """Fails unless as many requests match as expected: exactly=1, atLeast=1 or atMost=1."""
        verdict = self._send("POST", "/verify", {"match": match, "count": count})
        assert verdict["passed"], verdict["closest"]

    def _send(self, method, path, body):
        headers = {"Content-Type": "application/json", **self.headers}
        data = json.dumps(body).encode()
        request = urllib.request.Request(self._control_url + path, data, headers, method=method)
        with urllib.request.urlopen(request, timeout=10) as response:
            return json.load(response)
