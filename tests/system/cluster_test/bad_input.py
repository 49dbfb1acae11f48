#!/usr/bin/python3 -ES
"""Bad input: a clear message each time, and nothing lost."""
import glob
import os
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.realpath(__file__)))
from bench import cluster_of, options, step, until  # noqa: E402

BASE = """property stonith-enabled=true
primitive power stonith:fence_muster_lab params pcmk_host_check=dynamic-list op monitor interval=60s
primitive keeper ocf:heartbeat:Dummy op monitor interval=10s
commit
"""


def document(cluster, node="node1"):
    text = cluster.talk(node, "cib").stdout
    return text[text.index("<configuration"):text.index("</configuration")]


def status(cluster, node="node1"):
    done = cluster.crm("status", node=node, check=False)
    return done.stdout + done.stderr


def syntax_error(cluster):
    before = document(cluster)
    done = cluster.crm("configure", stdin="primitive p1 ocf:heartbeat:Dummy\nprimitiev p2 ocf:heartbeat:Dummy\ncommit\n", check=False)
    said = done.stdout + done.stderr
    assert done.returncode != 0, "a syntax error was no failure"
    assert "primitiev" in said, said
    assert "p2" not in document(cluster)
    done = cluster.crm("configure", "primitive", "p3", "ocf:heartbeat:Dummy", "op", "monitor", "interval=10x", check=False)
    assert done.returncode != 0 and "10x" in done.stdout + done.stderr, done.stdout + done.stderr
    assert "p3" not in document(cluster)
    cluster.crm("configure", stdin="delete p1\ncommit\n", check=False)
    until("the document is as before", lambda: document(cluster).split("epoch")[0] == before.split("epoch")[0], 20)


def unknown_elements(cluster):
    before = document(cluster)
    done = cluster.run("node1", "sh", "-c",
                       "printf '%s' '<configuration><resources><gizmo id=\"g\"/></resources></configuration>' > /run/bad.xml;"
                       " crm configure load xml update /run/bad.xml", check=False)
    said = done.stdout + done.stderr
    assert done.returncode != 0, "an unknown element was accepted"
    assert "gizmo" in said, said
    assert document(cluster) == before


def unknown_agent(cluster):
    """Said when it is typed; with --force it is taken, and then it is an error of that resource alone."""
    typed = "primitive nobody ocf:heartbeat:NoSuchAgent\ncommit\n"
    done = cluster.crm("configure", stdin=typed, check=False)
    assert "NoSuchAgent" in done.stdout + done.stderr, done.stdout + done.stderr
    cluster.crm("--force", "configure", stdin=typed, check=False)
    assert "NoSuchAgent" in document(cluster), "not even --force takes an agent that is not here"
    until("the agent's absence is in the history", lambda: 'rc-code="5"' in cluster.talk("node1", "cib").stdout)
    assert "not installed" in status(cluster).lower(), status(cluster)
    assert len(runs_on(cluster, "keeper")) == 1
    cluster.crm("configure", stdin="delete --force nobody\ncommit\n", check=False)
    until("it is gone", lambda: "NoSuchAgent" not in document(cluster), 20)
    cluster.settle(3)


def runs_on(cluster, resource):
    """Nodes on which a Dummy is active, by its own word."""
    return [n for n in cluster.lab.names() if cluster.lab.node(n).init() and cluster.run(
        n, "sh", "-c", f"test -e /run/resource-agents/Dummy-{resource}.state", check=False).returncode == 0]


HANGS = """#!/bin/sh
state=/run/resource-agents/hangs-$OCF_RESOURCE_INSTANCE.state
case $1 in
meta-data) echo '<?xml version="1.0"?><resource-agent name="Hangs"><version>1.0</version><parameters/><actions>'
    echo '<action name="start" timeout="20s"/><action name="stop" timeout="20s"/><action name="monitor" timeout="20s" interval="10s"/>'
    echo '<action name="meta-data" timeout="5s"/></actions></resource-agent>' ;;
start) touch $state ;;
stop) [ ! -e $state ] || sleep 3600 ;;
monitor) [ -e $state ] || exit 7 ;;
esac
"""


def stop_hangs(cluster):
    """An agent that hangs in stop: killed when its time is up, and the node is fenced."""
    for name in cluster.lab.names():
        cluster.run(name, "sh", "-c", "d=/usr/lib/ocf/resource.d/test; mkdir -p $d && cat > $d/Hangs && chmod 755 $d/Hangs",
                    stdin=HANGS)
    cluster.crm("configure", stdin="primitive slow ocf:test:Hangs op stop timeout=2s op monitor interval=10s\ncommit\n")
    cluster.settle(3)
    node = until("slow runs", lambda: next((n for n in cluster.lab.names() if cluster.run(
        n, "test", "-e", "/run/resource-agents/hangs-slow.state", check=False).returncode == 0), None))
    boot = cluster.run(node, "stat", "-c", "%Y %i", "/proc/1").stdout
    cluster.crm("resource", "stop", "slow")

    def fenced():
        return cluster.lab.node(node).init() and cluster.run(node, "stat", "-c", "%Y %i", "/proc/1", check=False).stdout != boot
    until(f"{node} is fenced", fenced)
    cluster.settle(3)
    assert len(runs_on(cluster, "keeper")) == 1
    cluster.crm("configure", stdin="delete slow\ncommit\n", check=False)
    cluster.settle(3)


def fencing_fails(cluster):
    """A fence agent that fails: said with its words, and nothing of the lost node starts elsewhere until it works."""
    cluster.crm("resource", "param", "power", "set", "socket", "/nowhere")
    cluster.talk("node1", "wait", "20", "3", check=False)
    victim = until("keeper runs", lambda: next(iter(runs_on(cluster, "keeper")), None))
    witness = next(n for n in cluster.lab.names() if n != victim)
    cluster.lab.node(victim).kill()
    until("the failure is said", lambda: any("/nowhere" in f for f in cluster.state(witness).get("fencing", [])))
    assert not runs_on(cluster, "keeper"), "keeper was started before its node was fenced"
    until("the second attempt is said, in one line", lambda: "attempt 2" in cluster.crm("status", node=witness, check=False).stdout)
    said = [line for line in cluster.crm("status", node=witness, check=False).stdout.splitlines() if line.startswith(f"  fencing {victim}:")]
    assert len(said) == 1, said
    refused = cluster.run(witness, "crm", "-y", "fence", "confirm", witness, check=False)
    assert refused.returncode != 0 and f"node {witness} is online" in refused.stderr, refused
    cluster.crm("resource", "param", "power", "delete", "socket", node=witness)
    until("keeper runs elsewhere", lambda: runs_on(cluster, "keeper"))
    history = [x for x in cluster.crm("fence", "history", node=witness).stdout.splitlines() if victim in x]
    today = time.strftime("%Y-%m-%d", time.gmtime())
    assert all(line.startswith(today) for line in history), history
    assert ": failed" in history[0] and ": done" in history[-1], history
    cluster.lab.node(victim).boot()
    cluster.settle(3)
    until("nothing is wrong any more", lambda: "shall be fenced" not in cluster.crm("status", node=witness, check=False).stdout)


STUCK = """#!/bin/sh
options="$* $(cat)"
case $options in
*metadata*) echo '<?xml version="1.0"?><resource-agent name="fence_stuck" shortdesc="Hangs"><parameters>'
    echo '<parameter name="plug"><content type="string"/></parameter></parameters><actions><action name="off"/>'
    echo '<action name="reboot"/><action name="monitor"/><action name="metadata"/></actions></resource-agent>' ;;
*action=off*|*action=reboot*) sleep 3600 ;;
esac
"""


def fencing_hangs(cluster):
    """A fence agent that hangs: killed when its time is up, with all that it started; the next level of the topology fences."""
    for name in cluster.lab.names():
        cluster.run(name, "sh", "-c", "cat > /usr/sbin/fence_stuck && chmod 755 /usr/sbin/fence_stuck", stdin=STUCK)
    cluster.crm("configure", stdin="""primitive stuck stonith:fence_stuck params pcmk_host_list="node1 node2 node3" \\
    pcmk_reboot_timeout=2s pcmk_off_timeout=2s
fencing_topology stuck power
commit
""")
    cluster.settle(3)
    victim = until("keeper runs", lambda: next(iter(runs_on(cluster, "keeper")), None))
    others = [n for n in cluster.lab.names() if n != victim]
    began = time.time()
    cluster.lab.stay_off(True)
    cluster.lab.node(victim).kill()
    until("the hanging agent is named", lambda: cluster.console(r"fence_stuck gave no answer within 2s and was killed", began))
    until("keeper runs elsewhere", lambda: runs_on(cluster, "keeper"))
    fenced = cluster.console(rf"fenced: \S+ of {victim} is done", began)
    assert fenced, f"{victim} was not fenced by the second level"
    for name in others:
        left = cluster.run(name, "pgrep", "-f", "sleep 3600|fence_stuck", check=False).stdout.split()
        assert not left, f"{name}: the hanging agent's processes are left: {left}"
    cluster.lab.stay_off(False)
    cluster.lab.node(victim).boot()
    cluster.joined(3)
    cluster.crm("configure", stdin="delete fencing_topology\ncommit\n")
    cluster.crm("configure", stdin="delete --force stuck\ncommit\n")
    cluster.settle(3)


def execute_bit(cluster):
    """An agent that may not be executed any more: its node is fenced once, for the stop; it is not probed into a loop of fencing."""
    for name in cluster.lab.names():
        cluster.run(name, "sh", "-c", "d=/usr/lib/ocf/resource.d/test; mkdir -p $d && cp /usr/lib/ocf/resource.d/heartbeat/Dummy $d/Plain")
    cluster.crm("configure", stdin="primitive plain ocf:test:Plain op monitor interval=1s\ncommit\n")
    cluster.settle(3)
    node = until("plain runs", lambda: next(iter(runs_on(cluster, "plain")), None))
    cluster.run(node, "chmod", "-x", "/usr/lib/ocf/resource.d/test/Plain")
    until("plain runs elsewhere", lambda: set(runs_on(cluster, "plain")) - {node})
    cluster.joined(3)
    cluster.settle(3)
    time.sleep(3)
    cluster.settle(3)
    fenced = [line for line in cluster.crm("fence", "history", check=False).stdout.splitlines()
              if f" {node} " in line and "plain failed there" in line]
    assert len(fenced) == 1, fenced
    assert "has no execute permission" in cluster.crm("status", check=False).stdout, "the screen does not say what is wrong"
    cluster.run(node, "chmod", "+x", "/usr/lib/ocf/resource.d/test/Plain")
    cluster.crm("configure", stdin="delete --force plain\ncommit\n")
    cluster.settle(3)


def broken_disk(cluster):
    """One node's journal is garbage: crmd says which file and what to do and takes no part; emptied, it is made anew."""
    before = document(cluster)
    node = cluster.lab.node("node3")

    def dark():
        cluster.lab.stay_off(True)
        node.kill()
        until("node3 is fenced", lambda: "member node3 offline" in cluster.talk("node1", "state").stdout)
        cluster.lab.stay_off(False)
    dark()
    files = [f for f in glob.glob(f"{node.disk}/var/lib/muster/**", recursive=True) if os.path.isfile(f)]
    assert files, "no state of crmd on the disk"
    for file in files:
        with open(file, "r+b") as f:
            f.write(b"\0garbage\0" * 8)
    began = time.time()
    node.boot()
    until("crmd names the damaged file and the cure", lambda: cluster.console(r"crmd: .*damaged.*empty the folder", began))
    assert document(cluster) == before, "the others lost something"
    node.kill()
    for file in files:
        os.unlink(file)
    node.boot()
    cluster.joined(3, 90)
    until("node3 has the document again", lambda: document(cluster, "node3") == document(cluster, "node1"))
    assert document(cluster, "node3") == before


def main():
    o = options()
    with cluster_of(3, o.build) as cluster:
        cluster.crm("configure", stdin=BASE)
        cluster.settle(3)
        for case in (syntax_error, unknown_elements, unknown_agent, fencing_fails, fencing_hangs, stop_hangs, execute_bit,
                     broken_disk):
            step(case.__name__.replace("_", " "))
            case(cluster)


if __name__ == "__main__":
    sys.exit(main())
