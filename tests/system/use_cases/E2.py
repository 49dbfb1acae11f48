#!/usr/bin/python3 -ES
"""E2: the story of a failover in a log of its own: syslog facility local3, and a file; see doc/use-cases."""
import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.realpath(__file__)))
from story import BASIS, VIP1, Story, script  # noqa: E402

DEFAULTS = """PCMK_logfacility=local3
PCMK_logpriority=info
PCMK_logfile=/var/log/muster.log
MUSTER_SYSLOG=/run/syslog.sock
"""
LOCAL3 = 19


def want_logs(s, node):
    os.makedirs(f"{s.lab.node(node).disk}/etc/default", exist_ok=True)
    with open(f"{s.lab.node(node).disk}/etc/default/muster", "w") as file:
        file.write(DEFAULTS)


def sunk(s, node):
    """Lines that the node's syslog sink took, of facility local3."""
    lines = s.run(node, "cat", "/var/log/local3", check=False).stdout.splitlines()
    return [line.partition(">")[2] for line in lines if int(line[1:line.index(">")]) // 8 == LOCAL3]


def main():
    with Story("E2", 3, prepare=want_logs) as s:
        for node in s.lab.names():
            s.background(node, f"{s.source_in_node()}/tests/system/use_cases/sink.py", "syslog", "/run/syslog.sock", "/var/log/local3")
            s.see(f"a syslog daemon runs on {node}", lambda: s.run(node, "test", "-S", "/run/syslog.sock", check=False).returncode == 0)
        s.type(BASIS + script("e2-logs.crm"))
        s.see("the address is on node1", s.on(VIP1, "node1"))
        s.settle()
        before = {node: len(sunk(s, node)) for node in s.lab.names()}

        s.step("node1 is put into standby")
        s.crm("node", "standby", "node1")
        s.see("the address is on node2", s.on(VIP1, "node2"))
        s.settle()
        dc = s.cluster.dc()
        story = sunk(s, dc)[before[dc]:]
        s.say(f"\n   local3 on {dc}, the DC, has the story:")
        for line in story:
            s.say(f"   | {line}")
        assert any("stop vip1 on node1" in line for line in story), "the stop is not in the log"
        assert any("start vip1 on node2" in line for line in story), "the start is not in the log"
        assert 2 <= len(story) <= 10, f"{len(story)} lines, expected at most 10"
        detail = s.run(dc, "cat", "/var/log/muster.log").stdout
        assert all(line.split(": ", 1)[1] in detail for line in story), "the file lacks a line that syslog has"
        s.say(f"\n   /var/log/muster.log on {dc} has {len(detail.splitlines())} lines, these among them")


if __name__ == "__main__":
    sys.exit(main())
