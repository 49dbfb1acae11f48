#!/usr/bin/python3 -ES
"""A device that cuts nodes off from storage: each node is let in before anything starts there, on the node itself, and again
after it was cut off and has booted; no node is cut off by that."""
import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.realpath(__file__)))
from bench import cluster_of, options, step, until  # noqa: E402

# Cuts by the lab's power switch; letting in is a line in a file.
FABRIC = """#!/bin/sh
options="$*
$(cat)"
case $options in
*metadata*) echo '<?xml version="1.0"?><resource-agent name="fence_fabric" shortdesc="Lets nodes in"><parameters>'
    echo '<parameter name="plug"><content type="string"/></parameter></parameters><actions>'
    echo '<action name="on" automatic="1" on_target="1"/><action name="off"/><action name="reboot"/><action name="list"/>'
    echo '<action name="status"/><action name="monitor"/><action name="metadata"/></actions></resource-agent>' ;;
*action=on*) echo "$options" | sed -n 's/^plug=/on /p' >>/var/log/fabric ;;
*) echo "$options" | exec /usr/sbin/fence_muster_lab ;;
esac
"""
CONFIGURATION = """property stonith-enabled=true
primitive fabric stonith:fence_fabric params pcmk_host_check=dynamic-list meta provides=unfencing op monitor interval=60s
primitive keeper ocf:heartbeat:Dummy op monitor interval=10s
commit
"""


def let_in(cluster, node):
    return cluster.run(node, "cat", "/var/log/fabric", check=False).stdout.split("\n")[:-1]


def marked(cluster):
    """Nodes with the attribute that says when they were let in, and what the devices were like then."""
    cib = cluster.talk(cluster.a_living_node(), "cib").stdout
    states = cib.split("<node_state ")[1:]
    return sorted(s.split('uname="')[1].split('"')[0] for s in states if 'name="#node-unfenced"' in s and 'name="#digests-all"' in s)


def boots(cluster):
    return {n: cluster.run(n, "stat", "-c", "%Y %i", "/proc/1").stdout for n in cluster.lab.names()}


def main():
    o = options()
    with cluster_of(3, o.build) as cluster:
        for node in cluster.lab.names():
            cluster.run(node, "sh", "-c", "cat >/usr/sbin/fence_fabric; chmod 755 /usr/sbin/fence_fabric", stdin=FABRIC)
        before = boots(cluster)
        cluster.configure(CONFIGURATION)
        cluster.settle(3)
        step("each node is let in, by itself, before its first resource")
        for node in cluster.lab.names():
            said = let_in(cluster, node)
            assert said and set(said) == {f"on {node}"}, f"{node} ran {said}"
        assert marked(cluster) == cluster.lab.names(), marked(cluster)
        assert boots(cluster) == before, "a node was cut off"

        step("a node that lost power is let in again when it is back")
        victim = next(n for n in cluster.lab.names()
                      if cluster.run(n, "test", "-e", "/run/resource-agents/Dummy-keeper.state", check=False).returncode == 0)
        times = len(let_in(cluster, victim))
        cluster.lab.stay_off(True)
        cluster.lab.node(victim).kill()
        until(f"{victim} is fenced", lambda: f"member {victim} offline" in cluster.talk(cluster.a_living_node(), "state").stdout)
        assert victim not in marked(cluster), "a node that is off counts as let in"
        cluster.lab.stay_off(False)
        cluster.lab.node(victim).boot()
        cluster.settle(3)
        assert len(let_in(cluster, victim)) > times, "it was not let in again"
        assert marked(cluster) == cluster.lab.names(), marked(cluster)


if __name__ == "__main__":
    sys.exit(main())
