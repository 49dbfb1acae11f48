#!/usr/bin/python3 -ES
"""What corosync and the processes beside it can do to us, with clients that commit numbered edits all the while: corosync is
killed and started again under a living crmd, corosync or crmd stand still for seconds, a configuration of several MB goes
round in parts, one node is without quorum.  No crmd may end of it; every acknowledged edit is there, exactly once."""
import os
import re
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.realpath(__file__)))
from bench import cluster_of, options, step, until  # noqa: E402
from edits import Editors, verify  # noqa: E402

# Without fencing, or the node would be rebooted instead of what is looked at here.
PROPERTIES = "property stonith-enabled=false\ncommit\n"
PAIRS, VALUE = 3000, "x" * 1000


def crmds(cluster):
    return {node: cluster.pid(node, "crmd") for node in cluster.lab.names()}


def signal(cluster, node, program, name):
    cluster.run(node, "pkill", f"-{name}", "-x", program)


def restart_corosync(cluster, editors):
    node = cluster.dc()
    step(f"corosync on {node} (DC) is killed and started again, {len(editors.acked)} edits so far")
    signal(cluster, node, "corosync", "KILL")
    editors.progress()      # the others go on
    cluster.run(node, "corosync")
    cluster.joined(3)
    editors.progress()


def stand_still(cluster, editors, program, node, seconds):
    step(f"{program} on {node} stands still for {seconds} s, {len(editors.acked)} edits so far")
    signal(cluster, node, program, "STOP")
    try:
        time.sleep(seconds)
        editors.progress()
    finally:
        signal(cluster, node, program, "CONT")
    cluster.joined(3)
    editors.progress()


def quorum_is_lost_and_found(cluster, editors):
    node = next(n for n in cluster.lab.names() if n != cluster.dc())
    others = [n for n in cluster.lab.names() if n != node]
    step(f"{node} is cut off")
    cluster.lab.fabric.cut(node, others)
    until(f"{node} has no quorum", lambda: cluster.state(node).get("quorum", [""])[0].startswith("no"), 30)
    refused = cluster.crm("configure", "property", "batch-limit=7", node=node, check=False)
    assert refused.returncode != 0 and "read-only" in refused.stdout + refused.stderr, refused
    editors.progress()
    cluster.lab.fabric.heal()
    cluster.joined(3)
    until(f"{node} has quorum", lambda: cluster.state(node).get("quorum", [""])[0].startswith("yes"), 30)


def large(cluster):
    """One change of more than 3 MB, and a node that comes back to a configuration of that size."""
    text = cluster.talk(cluster.dc(), "cib").stdout
    configuration = text[text.index("<configuration"):text.index("</configuration>") + len("</configuration>")]
    pairs = "".join(f'<nvpair id="big-{i}" name="big-{i}" value="{VALUE}"/>' for i in range(PAIRS))
    changed = configuration.replace("</crm_config>", f'<cluster_property_set id="big">{pairs}</cluster_property_set></crm_config>')
    assert changed != configuration
    began = time.monotonic()
    cluster.run(cluster.dc(), "lab_talk", "load", stdin=changed)
    step(f"a change of {len(changed) / 1e6:.1f} MB took {time.monotonic() - began:.2f} s")
    node = next(n for n in cluster.lab.names() if n != cluster.dc())
    cluster.lab.node(node).kill()
    cluster.lab.node(node).boot()
    cluster.joined(3)
    for name in cluster.lab.names():
        until(f"{name} has it", lambda name=name: len(re.findall('id="big-', cluster.talk(name, "cib").stdout)) == PAIRS, 30)


def main():
    o = options()
    with cluster_of(3, o.build) as cluster:
        cluster.crm("configure", stdin=PROPERTIES)
        cluster.settle(3)
        editors = Editors(cluster)
        try:
            for node in cluster.lab.names():
                editors.start(node)
            editors.progress()
            before = crmds(cluster)
            restart_corosync(cluster, editors)
            stand_still(cluster, editors, "crmd", cluster.dc(), 4)
            stand_still(cluster, editors, "corosync", cluster.dc(), 3)
            quorum_is_lost_and_found(cluster, editors)
            assert crmds(cluster) == before, f"a crmd has ended: {before}, now {crmds(cluster)}"
            verify(cluster, editors)
        finally:
            for node in list(editors.running):
                editors.stop(node)
        large(cluster)


if __name__ == "__main__":
    sys.exit(main())
