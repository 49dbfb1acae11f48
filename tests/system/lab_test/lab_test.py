#!/usr/bin/python3 -ES
"""The lab does what it says: nodes form a real cluster, power is cut and comes back, cuts and freezes hold and heal,
the fence agent speaks its protocol, and nothing is left behind.  Twice in a row."""
import json
import os
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.realpath(__file__))
LAB = os.path.join(HERE, "../lab")
AGENT = os.path.join(HERE, "../../../agents/fence/fence_muster_lab")


class Bench:
    def __init__(self, folder):
        self.folder = folder

    def lab(self, *arguments, check=True):
        done = subprocess.run([LAB, "--dir", self.folder, *arguments], capture_output=True, text=True)
        assert not check or done.returncode == 0, f"lab {arguments}: {done.stdout}{done.stderr}"
        return done

    def on(self, node, *command):
        return self.lab("exec", node, *command, check=False)

    def ping(self, source, address):
        return self.on(source, "ping", "-c1", "-W1", address).returncode == 0

    def agent(self, node, options):
        enter = ["exec", node, AGENT]
        return subprocess.run([LAB, "--dir", self.folder, *enter], input=options, capture_output=True, text=True)

    def until(self, what, condition, seconds=60):
        end = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < end, f"not within {seconds} s: {what}"
            time.sleep(0.1)

    def members(self, node):
        out = self.on(node, "corosync-quorumtool", "-s").stdout
        quorate = "Quorate:          Yes" in out
        count = next((int(line.split()[1]) for line in out.splitlines() if line.startswith("Nodes:")), 0)
        return count, quorate


def run(folder):
    b = Bench(folder)
    os.makedirs(f"{folder}/run")
    with open(f"{folder}/lab.json", "w") as left:  # of a lab that went down with its machine: files, nothing runs
        json.dump({"nodes": 2, "token": 1000, "build": None}, left)
    b.lab("up", "3", "--no-muster")
    assert "there is a lab" in b.lab("up", "3", "--no-muster", check=False).stderr
    try:
        b.until("three members", lambda: b.members("node1") == (3, True))
        assert b.on("node2", "hostname").stdout == "node2\n"
        assert b.on("node2", "sh", "-c", "echo kept > /var/lib/kept; echo lost > /run/lost").returncode == 0
        assert b.on("node2", "id", "-u", "hacluster").returncode == 0

        assert b.agent("node1", "action=status\nplug=node2\n").returncode == 0
        assert b.agent("node1", "action=off\nplug=node2\n").returncode == 0
        assert b.agent("node1", "action=status\nplug=node2\n").returncode == 2
        assert b.agent("node1", "action=off\nplug=node9\n").returncode == 1
        assert "no such outlet" in b.agent("node1", "action=off\nplug=node9\n").stderr
        assert "fence_muster_lab" in b.agent("node1", "action=metadata\n").stdout
        assert b.on("node2", "true").returncode != 0
        assert not b.ping("client", "10.77.0.2")
        b.until("node2 is lost", lambda: b.members("node1") == (2, True))

        b.lab("boot", "node2")
        assert b.on("node2", "cat", "/var/lib/kept").stdout == "kept\n"
        assert b.on("node2", "cat", "/run/lost").returncode != 0
        b.until("node2 is back", lambda: b.members("node1") == (3, True))

        b.lab("isolate", "node1", "node2", "node3")
        assert b.ping("client", "10.77.0.1") and not b.ping("node2", "10.77.0.1")
        b.until("node1 has no quorum", lambda: b.members("node1") == (1, False))
        b.lab("heal")
        assert b.ping("node2", "10.77.0.1")
        b.until("one cluster again", lambda: b.members("node1") == (3, True))

        b.lab("pause", "node3")
        assert "node3 paused" in b.lab("status").stdout
        b.until("node3 is silent", lambda: b.members("node1") == (2, True))
        b.lab("resume", "node3")
        b.until("node3 speaks again", lambda: b.members("node1") == (3, True))

        b.lab("lie", "on")
        assert b.agent("node1", "action=off\nplug=node3\n").returncode == 0
        assert "node3 on" in b.lab("status").stdout
    finally:
        b.lab("down")
    assert not os.path.exists(folder)
    left = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True).stdout
    assert folder not in left, [line for line in left.splitlines() if folder in line]


def main():
    for attempt in (1, 2):
        folder = tempfile.mkdtemp(prefix="muster-lab-test-")
        run(folder)
        print(f"run {attempt} held")


if __name__ == "__main__":
    sys.exit(main())
