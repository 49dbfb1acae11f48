#!/usr/bin/python3 -ES
"""Clients on all nodes commit numbered edits while nodes lose power, are cut apart and come back, a full outage with a
majority of the disks coming back included.  In the end every acknowledged edit is in the CIB, exactly once, and the
documents of all nodes are equal."""
import os
import random
import re
import subprocess
import sys
import threading

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.realpath(__file__)))
from bench import cluster_of, options, step, until  # noqa: E402

DEVICE = "primitive power stonith:fence_muster_lab params pcmk_host_check=dynamic-list op monitor interval=60s\ncommit\n"


class Editors:
    """One client on each node that has power; all that was ever acknowledged, kept out here."""

    def __init__(self, cluster):
        self.cluster = cluster
        self.acked = []
        self.running = {}
        self.count = 0

    def start(self, node):
        self.count += 1
        name = f"{node}x{self.count}"
        process = subprocess.Popen(self.cluster.lab.command_line(node, ["lab_talk", "edits", name]), text=True,
                                   stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        threading.Thread(target=self.listen, args=(process,), daemon=True).start()
        self.running[node] = process

    def listen(self, process):
        for line in process.stdout:
            word, _, edit = line.strip().partition(" ")
            if word in ("acked", "found"):
                self.acked.append(edit)

    def stop(self, node):
        """Ends what runs on the node.  The program is a child of nsenter there: it goes when its output does."""
        process = self.running.pop(node, None)
        if process is None:
            return
        self.cluster.run(node, "pkill", "-x", "lab_talk", check=False) if self.cluster.lab.node(node).init() else None
        process.kill()
        process.wait()

    def progress(self, seconds=60):
        """Until edits are acknowledged that were not when we asked."""
        before = len(self.acked)
        until("edits go on", lambda: len(self.acked) > before + 3, seconds)


def power_loss(cluster, editors, dice):
    node = dice.choice(cluster.lab.names())
    step(f"power loss of {node}, {len(editors.acked)} edits so far")
    editors.running.pop(node, None)
    cluster.lab.node(node).kill()
    editors.progress()
    cluster.lab.node(node).boot()
    cluster.joined(3)
    editors.start(node)
    editors.progress()


def cut(cluster, editors, dice):
    node = dice.choice(cluster.lab.names())
    others = [n for n in cluster.lab.names() if n != node]
    step(f"{node} is cut off, {len(editors.acked)} edits so far")
    cluster.lab.fabric.cut(node, others)
    editors.progress()      # the majority goes on; the one that was cut off is fenced, or waits
    cluster.lab.fabric.heal()
    cluster.joined(3)
    editors.stop(node)
    editors.start(node)
    editors.progress()


def outage(cluster, editors, dice):
    """Everything dark; two of three disks come back first."""
    late = dice.choice(cluster.lab.names())
    step(f"full outage, {late} comes back late, {len(editors.acked)} edits so far")
    for node in cluster.lab.names():
        editors.running.pop(node, None)
        cluster.lab.node(node).kill()
    early = [n for n in cluster.lab.names() if n != late]
    for node in early:
        cluster.lab.node(node).boot()
    for node in early:
        editors.start(node)
    editors.progress(120)
    cluster.lab.node(late).boot()
    cluster.joined(3)
    editors.start(late)
    editors.progress()


def verify(cluster, editors):
    for node in list(editors.running):
        editors.stop(node)
    cluster.settle(3)
    acked = list(editors.acked)
    assert acked and len(set(acked)) == len(acked), "an edit was acknowledged twice"

    def configurations():
        texts = {n: cluster.talk(n, "cib").stdout for n in cluster.lab.names()}
        return {n: text[text.index("<configuration"):text.index("</configuration")] for n, text in texts.items()}

    until("all documents are equal", lambda: len(set(configurations().values())) == 1, 30)
    document = configurations()[cluster.lab.names()[0]]
    there = re.findall(r'<nvpair [^>]*id="edit-([^"]+)"', document)
    lost = set(acked) - set(there)
    assert not lost, f"{len(lost)} of {len(acked)} acknowledged edits are lost: {sorted(lost)[:10]}"
    assert len(there) == len(set(there)), "an edit is there twice"
    step(f"{len(acked)} acknowledged edits, all there; {len(there)} in the document; documents equal")


def main():
    o = options(lambda p: (p.add_argument("--seed", type=int, default=1), p.add_argument("--rounds", type=int, default=1)))
    dice = random.Random(o.seed)
    with cluster_of(3, o.build) as cluster:
        cluster.crm("configure", stdin=DEVICE)
        cluster.settle(3)
        editors = Editors(cluster)
        try:
            for node in cluster.lab.names():
                editors.start(node)
            editors.progress()
            for _ in range(o.rounds):
                for fault in dice.sample([power_loss, cut, outage], 3):
                    fault(cluster, editors, dice)
            verify(cluster, editors)
        finally:
            for node in list(editors.running):
                editors.stop(node)


if __name__ == "__main__":
    sys.exit(main())
