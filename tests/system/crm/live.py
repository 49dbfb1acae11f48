#!/usr/bin/python3 -ES
"""live.py --build DIR - a person at a running cluster of three nodes: two resources, a failure, why, cleanup, a move and its
end, a mistake undone before commit, surprises that ask first, dry runs that change nothing, and each exit status of status."""
import os
import re
import sys

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.realpath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "cluster_test"))
from bench import cluster_of, options, step, until  # noqa: E402


class Person:
    def __init__(self, cluster, node="node1"):
        self.cluster, self.node = cluster, node

    def crm(self, line, status=0, *says, stdin=None, node=None):
        """Types a line; the exit status must be right and each pattern on the screen."""
        done = self.cluster.run(node or self.node, "crm", *line.split(), stdin=stdin, check=False, seconds=120)
        text = done.stdout + done.stderr
        print(f"$ crm {line}\n{text}[{done.returncode}]\n", flush=True)
        assert done.returncode == status, f"crm {line}: status {done.returncode}, expected {status}"
        for pattern in says:
            assert re.search(pattern, text), f"crm {line}: not on the screen: {pattern}"
        return text

    def where(self, resource):
        found = re.findall(r"running on: (\S+)", self.crm(f"resource locate {resource}"))
        return found[0] if found else ""

    def configuration(self):
        return self.cluster.run(self.node, "crm", "configure", "show", "xml").stdout


def two_resources(me):
    me.crm("configure property stonith-enabled=true cluster-name=shop")
    me.crm("configure primitive power stonith:fence_muster_lab params pcmk_host_check=dynamic-list op monitor interval=60s", 0,
           r"will start power on node\d")
    me.crm("configure rsc_defaults resource-stickiness=100")
    me.crm("-w configure primitive vip ocf:pacemaker:Dummy op monitor interval=10s", 0, r"will start vip on node\d")
    me.crm("-w configure primitive web ocf:pacemaker:Dummy op monitor interval=1s", 0, r"will start web on node\d")
    me.crm("-w configure group site vip web")
    me.crm("status", 0, "fine: all services up", r"site \(group\) +up", r"if node\d is lost: safe, site -> node\d")


def a_failure(me):
    node = me.where("web")
    me.cluster.run(node, "rm", "/run/Dummy-web.state")
    until("the failure is counted", lambda: "value=1" in me.crm(f"resource failcount web show {node}"))
    me.crm("cluster wait")
    me.crm("status", 0, r"web: monitor failed on node\d at .*not running", "Now well. Fail count there: 1. Forget it: crm resource cleanup web")
    me.crm("explain web", 0, f"Started on {node}")
    me.crm("history events web", 0, rf"monitor of web every 1s on {node}: exit 7")
    me.crm("-w resource cleanup web", 0, "forgot 1 failure of web")
    assert "monitor failed" not in me.crm("status")


def a_move(me):
    here = me.where("web")
    there = next(n for n in ("node1", "node2", "node3") if n != here)
    before = me.configuration()
    me.crm(f"--dry-run resource move site {there}", 0, f"will move vip from {here} to {there}", "nothing was changed")
    assert me.configuration() == before, "a dry run changed the configuration"
    me.crm(f"-w resource move site {there}", 0, "until you say: crm resource clear site")
    assert me.where("vip") == me.where("web") == there
    me.crm("status", 0, f"site is tied to {there} by cli-prefer-site, no expiry. Remove:")
    me.crm("resource clear site")
    assert "NOT WHERE YOU WANT IT" not in me.crm("status")
    assert me.where("web") == there
    me.crm(f"-w resource move site {here} PT4S", 0, r"for PT4S \(earlier: crm resource clear site\)")
    until("the constraint has no effect any more", lambda: "is tied to" not in me.crm("status"), 30)
    me.crm("resource clear site")


def a_mistake(me):
    before = me.configuration()
    me.crm("", 0, r"- group site vip web", stdin="configure\ndelete --force site\ndiff\nundo\ndiff\ncommit\n")
    assert me.configuration() == before and me.where("web")
    me.crm("configure delete web", 1, "will also stop web on", "say --yes")
    me.crm("configure location never web -inf: node1 node2", 1)
    text = "".join(f"location never{n} site -inf: node{n}\n" for n in (1, 2, 3))
    me.crm("", 1, "will also stop vip", "say --yes", stdin=f"configure\n{text}commit\n")
    assert me.configuration() == before and me.where("web")
    node = me.where("web")
    me.crm("--dry-run -y node standby " + node, 0, r"will move web from", f"{node} is in standby", "nothing was changed")
    assert me.configuration() == before


def restarts(me):
    """A restart waits for the last stop before the first start."""
    for _ in range(4):
        text = me.crm("resource restart site")
        assert text.count("will stop") == 2 and text.count("will start") == 2, "started before all had stopped"


def exit_statuses(me, cluster):
    me.crm("status nonsense", 64, "nonsense")
    me.crm("configure nonsense", 2, "nonsense")
    me.crm("resource move --help", 0, "usage: crm resource move")
    me.crm("resource -h", 0, "ban +Keep a resource away from a node")
    me.crm("-y fence confirm node7", 1, "no node|there is no")
    me.crm("-c /no/such/file status", 4)
    me.crm("-w configure primitive nfs ocf:pacemaker:Dummy op monitor interval=10s")
    me.crm("-w configure clone files nfs")
    me.crm("status", 0, r"files \(clone\) +up")
    me.crm("-w resource ban files node3", 0, "banned from node3")
    me.crm("status", 1, "DEGRADED", "2 of 3 up", "files is banned from node3 by cli-ban-files-on-node3")
    me.crm("-w resource clear files")
    me.crm("-w configure primitive bad nginx params configfile=/etc/none.conf op monitor interval=10s")
    me.crm("status", 2, "DOWN: 1 of 3 services", "bad: start failed on", "crm resource cleanup bad")
    me.crm("-w configure delete bad")
    me.crm("status", 0)
    for name in ("node2", "node3"):
        cluster.lab.node(name).kill()
    until("quorum is gone", lambda: cluster.run("node1", "crm", "status", check=False).returncode == 3, 30)
    me.crm("status", 3, "NO QUORUM")
    for name in ("node2", "node3"):
        cluster.lab.node(name).boot()
    cluster.settle(3, 90)
    me.crm("history latest", 0, r"start of vip on node\d: exit 0")
    until("all is well again", lambda: cluster.run("node1", "crm", "status", check=False).returncode == 0, 60)


def main():
    with cluster_of(3, options().build) as cluster:
        me = Person(cluster)
        for part in (two_resources, a_failure, a_move, a_mistake, restarts):
            step(part.__name__)
            part(me)
        step("exit statuses")
        exit_statuses(me, cluster)
    print("ok")


if __name__ == "__main__":
    main()
