# SPDX-License-Identifier: GPL-2.0
"""What the Python half of a namespace test needs: results in the form that
lib/ktap.sh's `relay` reads, and a view of the link under test in its namespace."""
import os
import subprocess
import sys
import time
import traceback

KIND = os.environ.get("CV_KIND", "culvert")
TOOL = os.environ.get("CV_TOOL", "culvert")
failures = 0


def ok(name):
    print(f"ok - {name}", flush=True)


def fail(name, expected, got):
    global failures
    failures += 1
    print(f"not ok - {name}\n#   expected: {expected}\n#   got:      {got}", flush=True)


def note(text):
    print(f"# {text}", flush=True)


def true(name, condition, expected="true", got="false"):
    if condition:
        ok(name)
    else:
        fail(name, expected, got)


def equal(name, expected, got):
    true(name, expected == got, repr(expected), repr(got))


def between(name, low, high, got):
    true(name, got is not None and low <= got <= high, f"{low} to {high}",
         got if got is None else round(got, 4))


def run_case(function, *arguments):
    """Runs one case; whatever it raises is its failure and ends only itself."""
    try:
        function(*arguments)
    except Exception as error:  # a case must not take the others with it
        where = traceback.extract_tb(error.__traceback__)[-1]
        name = (function.__doc__ or function.__name__).split("\n")[0].rstrip(".")
        fail(f"{name}: runs to its end", "no error",
             f"{type(error).__name__}: {error} ({os.path.basename(where.filename)}:"
             f"{where.lineno})")


def wait_until(condition, timeout_s=5.0):
    deadline = time.monotonic() + timeout_s
    while True:
        if condition():
            return True
        if time.monotonic() >= deadline:
            return False
        time.sleep(0.01)


def command(*words, check=True):
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if check and done.returncode:
        raise RuntimeError(f"{' '.join(words)}: {done.stderr.strip()}")
    return done.stdout


def log_lines():
    return len(command("dmesg").splitlines())


class Link:
    """A tunnel link DEV in network namespace NAMESPACE, seen from outside."""

    def __init__(self, namespace, dev):
        self.namespace, self.dev = namespace, dev

    def inside(self, *words, check=True):
        return command("nsenter", f"--net=/run/netns/{self.namespace}", *words, check=check)

    def counter(self, dev, name):
        """From /sys, which is the namespace's own only for ip(8)."""
        return int(command("ip", "netns", "exec", self.namespace, "cat",
                           f"/sys/class/net/{dev}/statistics/{name}"))

    def set(self, *words):
        self.inside(TOOL, "set", self.dev, *words)

    def show(self, field):
        return self.inside(TOOL, "show", self.dev, field)

    def dump(self):
        return self.show("dump")

    def value(self, field, public):
        """The value of FIELD of `show` for the peer with this public key, as text."""
        for line in self.show(field).splitlines():
            key, value = line.split("\t", 1)
            if key == public:
                return value
        return None

    def drops(self):
        """The counters of `ethtool -S`; empty for a kind that has none."""
        counters = {}
        for line in self.inside("ethtool", "-S", self.dev, check=False).splitlines():
            name, colon, value = line.strip().partition(": ")
            if colon and value.isdigit():
                counters[name] = int(value)
        return counters

    def stat(self, name):
        return self.counter(self.dev, name)


def finish():
    sys.exit(0)
