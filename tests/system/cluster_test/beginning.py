#!/usr/bin/python3 -ES
"""What an operator is told while things are only just beginning: crm before corosync answers, crm while the daemons come up;
and the three values of the quorum: yes, no, and unknown while corosync is away."""
import os
import subprocess
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.realpath(__file__)))
from bench import cluster_of, options, step, until  # noqa: E402
from labkit.cluster import MUSTERD  # noqa: E402


def quorum(cluster, node):
    return cluster.state(node).get("quorum", [""])[0]


def three_values(cluster, node):
    others = [n for n in cluster.lab.names() if n != node]
    until(f"{node} has quorum", lambda: quorum(cluster, node).startswith("yes"), 30)
    cluster.lab.fabric.cut(node, others)
    until(f"{node} has no quorum", lambda: quorum(cluster, node).startswith("no"), 30)
    cluster.lab.fabric.heal()
    cluster.joined(3)
    crmd = cluster.pid(node, "crmd")
    cluster.run(node, "pkill", "-KILL", "-x", "corosync")
    until(f"{node} does not know", lambda: quorum(cluster, node).startswith("unknown"), 10)
    cluster.run(node, "corosync")
    cluster.joined(3)
    assert quorum(cluster, node).startswith("yes")
    assert cluster.pid(node, "crmd") == crmd, "crmd ended with corosync"
    step(f"{node}: quorum yes, no, yes, unknown, yes")


def start_musterd(cluster, node):
    inner = MUSTERD.replace("'", "'\\''")
    cluster.run(node, "sh", "-c", f"exec >>/var/log/cluster/again.log 2>&1 </dev/null; setsid sh -c '{inner}' &")


def before_corosync(cluster, node):
    """The daemons are there and corosync is not: a clear word within seconds.  Who asks a moment before it comes is served."""
    cluster.crm("cluster", "stop", node=node)
    until(f"musterd on {node} has ended", lambda: cluster.pid(node, "musterd") is None)
    cluster.run(node, "pkill", "-KILL", "-x", "corosync")
    start_musterd(cluster, node)
    until(f"crmd runs on {node}", lambda: cluster.pid(node, "crmd") is not None, 20)
    began = time.monotonic()
    refused = cluster.crm("configure", "property", "batch-limit=7", node=node, check=False)
    took, words = time.monotonic() - began, refused.stdout + refused.stderr
    assert refused.returncode != 0 and "waits for corosync" in words, words
    assert "Broken pipe" not in words and took < 9, (words, took)
    step(f"without corosync: {words.strip()!r} after {took:.1f} s")
    asked = subprocess.Popen(cluster.lab.command_line(node, ["crm", "configure", "property", "batch-limit=8"]),
                             stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    cluster.run(node, "corosync")
    words = asked.communicate(timeout=30)[0]
    assert asked.returncode == 0, words
    cluster.joined(3)
    for name in cluster.lab.names():
        until(f"{name} has it", lambda name=name: 'value="8"' in cluster.talk(name, "cib").stdout, 10)
    step("who asked while corosync came up was served")


def crmd_comes_back(cluster, node):
    """crm in the very moment in which crmd is killed: served by the next one."""
    cluster.run(node, "sh", "-c", "kill -9 $(pgrep -x crmd)")
    done = cluster.crm("configure", "property", "batch-limit=9", node=node, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    cluster.joined(3)


def main():
    o = options()
    with cluster_of(3, o.build) as cluster:
        cluster.crm("configure", stdin="property stonith-enabled=false\ncommit\n")
        cluster.settle(3)
        node = next(n for n in cluster.lab.names() if n != cluster.dc())
        three_values(cluster, node)
        before_corosync(cluster, node)
        crmd_comes_back(cluster, node)
    print("all held")


if __name__ == "__main__":
    main()
