#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Operations at random from nine processes at once, then a look whether all works again. Run
by stress/random.sh, which looks at what is left.

    random_run.py warm            makes everything, looks whether it works, takes it away
    random_run.py run SEED SECONDS

Operation N of a worker is drawn from, and draws from, a generator of its own, whose seed is
SEED, the worker's name and N: the same SEED makes the same operations, of which only the
moments differ. An odd SEED leaves out steering, an even one hotplug.
CV_ONLY="ping move" leaves out all others, CV_AVOID="suspend" these, CV_WITH="steering" takes
these in whatever the SEED. CV_LOG is the file that every operation is written down in.
"""
import collections
import contextlib
import itertools
import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
import traceback

# Each adds its operations to the table.
import random_config  # noqa: F401 pylint: disable=unused-import
import random_control  # noqa: F401 pylint: disable=unused-import
import random_traffic  # noqa: F401 pylint: disable=unused-import
import random_around as around
from cvtest import netlink as nl
from random_ways import Ways, explain, show
from random_mesh import (
    LINKS, NAMES, OPERATIONS, PORT, REQUEST_TIMEOUT_S, anywhere, batch, dev, family, home_fd,
    log, make_proper, make_mesh, read, strangers, take_down, tidy, write)

WORKERS = {"config1": "config", "config2": "config", "heavy": "heavy", "traffic1": "traffic",
           "traffic2": "traffic", "hostile": "hostile", "around": "around",
           "namespaces": "namespaces", "machine": "machine"}
# When all is as it ought to be: a session with a link that had a peer's key is given up
# after 15 s without an answer, a handshake is tried again after 5 s and a little; four times.
RECOVERY_S = 40
# Then it is of interest whether it would ever.
CURIOSITY_S = 60
# An operation of the slowest kind takes 90 s on two emulated processors that get a quarter of
# a busy machine.
OPERATION_LIMIT_S = 400
LOG_LINES = 25
# What operations may meet, one disturbing the other. Time-outs are no refusals.
REFUSALS = (OSError, nl.Refusal, KeyError)
TIMEOUTS = (socket.timeout, subprocess.TimeoutExpired)


# ------------------------------------------------------------------- results


def ok(name):
    print(f"ok - {name}", flush=True)


def fail(name, expected, got, lines=()):
    print(f"not ok - {name}\n#   expected: {expected}\n#   got:      {got}")
    for line in lines:
        print(f"#   {line}")
    sys.stdout.flush()


def judge(name, expected, faults):
    """One result: FAULTS is a list of lists of lines."""
    if not faults:
        return ok(name)
    lines = [line for fault in faults[:3] for line in fault[1:]]
    return fail(name, expected, f"{len(faults)} of them, first {faults[0][0]}", lines)


# ------------------------------------------------------------------- workers


class Worker:
    """One process that does operations of one kind till its time is over."""

    def __init__(self, name, seed, end, directory):
        self.name, self.seed, self.end = name, seed, end
        self.now_file, self.report_file = f"{directory}/{name}.now", f"{directory}/{name}.json"
        words = set(os.environ.get("CV_ONLY", "").split())
        avoid = set(os.environ.get("CV_AVOID", "").split())
        # A processor that goes off with a packet steered to it on its way never receives
        # again (Linux 6.1, see processors.sh): one or the other a run, unless asked for by
        # name.
        named = words | set(os.environ.get("CV_WITH", "").split())
        avoid |= ({"steering"} if seed % 2 else {"hotplug"}) - named
        self.table = {op: weight for op, weight in OPERATIONS[WORKERS[name]].items()
                      if op.__name__ not in avoid and (not words or op.__name__ in words)}
        write(self.now_file, "beginning")
        self.pid = os.fork()
        if not self.pid:
            try:
                self.work()
            finally:
                os._exit(1)

    def work(self):
        if WORKERS[self.name] == "traffic":
            os.nice(15)
        done, refused, faults = collections.Counter(), collections.Counter(), []
        slowest, serial = (0.0, ""), 0
        while self.table and time.monotonic() < self.end:
            serial += 1
            rng = random.Random(f"{self.seed} {self.name} {serial}")
            op = rng.choices(list(self.table), list(self.table.values()))[0]
            log.who = f"{self.name}#{serial} {op.__name__}"
            write(self.now_file, op.__name__)
            began = time.monotonic()
            try:
                op(rng)
            except TIMEOUTS as error:
                # Of the sockets of operations themselves, these are what is expected.
                if "netlink.py" in traceback.format_exc() or isinstance(error, TIMEOUTS[1]):
                    faults.append(["hang", log.who] + traceback.format_exc().splitlines()[-8:])
                refused[op.__name__] += 1
            except REFUSALS as error:
                log.note(f"refused: {error}")
                refused[op.__name__] += 1
            except Exception:  # pylint: disable=broad-except
                faults.append(["error", log.who] + traceback.format_exc().splitlines()[-8:])
            done[op.__name__] += 1
            slowest = max(slowest, (time.monotonic() - began, log.who))
        with open(self.report_file, "w", encoding="ascii") as file:
            json.dump([done, refused, faults, slowest], file)
        os._exit(0)

    def report(self):
        with open(self.report_file, encoding="ascii") as file:
            return json.load(file)

    def overdue_s(self):
        """For how long it has been at the present operation."""
        return time.time() - os.stat(self.now_file).st_mtime

    def stacks(self):
        lines = []
        for pid in [self.pid] + read(f"/proc/{self.pid}/task/{self.pid}/children").split():
            with contextlib.suppress(OSError):
                lines.append(f"{pid} {read(f'/proc/{pid}/comm').strip()}:")
                lines += read(f"/proc/{pid}/stack").splitlines()
        return lines


def watch(workers, end):
    """Waits for all workers. Those that hang, a list of lists of lines."""
    left, hung, reload_at = dict(enumerate(workers)), [], end - (end - time.monotonic()) / 2
    while left:
        time.sleep(0.2)
        if time.monotonic() > reload_at and not os.environ.get("CV_ONLY"):
            reload_at = float("inf")
            log.note("all links deleted, the module unloaded and loaded")
            around.reload_module()
        for number, worker in list(left.items()):
            if os.waitpid(worker.pid, os.WNOHANG)[0]:
                del left[number]
            elif worker.overdue_s() > OPERATION_LIMIT_S:
                hung.append([f"{worker.name} at {read(worker.now_file)}"] + worker.stacks())
                os.kill(worker.pid, signal.SIGKILL)
                # It may not die: then it is left.
                del left[number]
    return hung


# ------------------------------------------------------------------- the end


def restore():
    """All is as it ought to be again, with the links and peers that there are. Returns what
    did not work, a list of lists of lines."""
    faults = []
    write(around.PM, "none")
    write(around.CPU, 1)
    around.libc.setns(home_fd(), 0)
    for name in NAMES:
        batch("ip", name, "".join(f"link del dev {link}\n" for link in strangers(name)))
        tidy(name)
        # A port may be another link's.
        for j in LINKS:
            with contextlib.suppress(*REFUSALS), family(name) as client:
                client.set(nl.attr(nl.IFNAME, dev(j)), nl.u16(nl.LISTEN_PORT, 0), *anywhere())
    # Of a namespace made again others may know the old link-layer address for up to 45 s.
    for name in NAMES:
        batch("ip", name, "neigh flush dev u0")
    # Twice: until all have their own ports again, endpoints roam to other ports.
    for again in (False, True):
        for name, j in itertools.product(NAMES, LINKS):
            log.note(f"{name} {dev(j)} restored")
            try:
                make_proper(name, j)
            except REFUSALS as error:
                if again:
                    faults.append([f"{name} {dev(j)}: {error!r}, port {PORT + j}"])
    return faults


def all_ways(name, limit_s):
    ways = Ways()
    try:
        took = ways.wait(limit_s)
        if not ways.pending:
            return ok(f"{name}: after {took:.1f} s")
        bad = ways.due()
        # Where it is seen best: each link once.
        firsts = {(way[0], way[2]): way for way in reversed(bad)}
        lines = [line for way in list(firsts.values())[-2:] for line in explain(way)]
        later = ways.wait(CURIOSITY_S)
        lines.append(f"{len(ways.pending)} do not work {later:.0f} s later, either")
    finally:
        ways.close()
    return fail(name, f"an answer within {limit_s} s",
                f"none on {len(bad)}: {'; '.join(map(show, bad[:12]))}", lines)


def sum_up(workers):
    done, refused, faults = collections.Counter(), collections.Counter(), []
    slowest = []
    for worker in workers:
        try:
            ops, no, bad, slow = worker.report()
        except (OSError, ValueError):
            faults.append(["error", f"{worker.name} ended without a report"])
            continue
        done.update(ops)
        refused.update(no)
        faults += bad
        slowest.append(tuple(slow))
    print(f"# operations: {', '.join(f'{name} {count}' for name, count in sorted(done.items()))}")
    print(f"# ended early: {', '.join(f'{name} {n}' for name, n in refused.most_common())}")
    print(f"# the slowest took {max(slowest, default=(0, 'none'))} s")
    total = f"{sum(done.values())} operations, {sum(refused.values())} refused or disturbed"
    judge(f"{total}: every request is answered", f"an answer within {REQUEST_TIMEOUT_S} s",
          [fault[1:] for fault in faults if fault[0] == "hang"])
    judge("no operation fails with an error of its own", "no error of its own",
          [fault[1:] for fault in faults if fault[0] == "error"])


def at_random(seed, seconds):
    write("/proc/self/oom_score_adj", -900)
    held = around.hold_switches()
    make_mesh()
    end = time.monotonic() + seconds
    workers = [Worker(name, seed, end, os.path.dirname(log.file_name)) for name in WORKERS]
    hung = watch(workers, end)
    sum_up(workers)
    judge("every worker process ends", f"no operation longer than {OPERATION_LIMIT_S} s",
          [one + log.last(LOG_LINES) for one in hung])
    judge("all links can be restored", "no refusal",
          [one + log.last(LOG_LINES) for one in restore()])
    all_ways("every link reaches every peer again", RECOVERY_S)
    around.libc.setns(home_fd(), 0)
    around.release_switches(held)


def main():
    if sys.argv[1:] == ["warm"]:
        held = around.hold_switches()
        make_mesh()
        all_ways("every link reaches every peer at first", RECOVERY_S)
        around.libc.setns(home_fd(), 0)
        around.release_switches(held)
    elif len(sys.argv) == 4 and sys.argv[1] == "run":
        at_random(int(sys.argv[2]), int(sys.argv[3]))
    else:
        sys.exit(__doc__)
    take_down()


main()
