#!/usr/bin/python3 -ES
"""speed.py --build DIR [--runs N] - how long a person waits: every reading command and every write of the configuration as a
process of its own on the live cluster of a lab, and crmsh, where it is installed, beside it on the saved CIB.

Median and slowest of N runs; fails when a median is above the limit (20 ms, for a release build on an idle machine;
--limit changes it).  Commands that run an agent (ra info) are bound by the agent and listed apart."""
import json
import os
import sys

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.realpath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "cluster_test"))
from bench import cluster_of, options, step  # noqa: E402

CONFIGURATION = """
property stonith-enabled=true cluster-name=shop
rsc_defaults resource-stickiness=100
primitive power stonith:fence_muster_lab params pcmk_host_check=dynamic-list op monitor interval=60s
primitive vip ocf:pacemaker:Dummy op monitor interval=10s
primitive web ocf:pacemaker:Dummy op monitor interval=10s
primitive db ocf:pacemaker:Dummy op monitor interval=10s
primitive nfs ocf:pacemaker:Dummy op monitor interval=10s
group site vip web
clone files nfs
location likes db 50: node2
commit
"""
READ = """status
status brief
status bynode
status ops
-o json status
-o xml status
verify
explain web
simulate -Ls
configure show
configure show xml
configure show web
configure show type:primitive
configure verify
configure get_property stonith-enabled
configure save -
resource status
resource locate site
resource constraints site
resource operations web
resource failcount web show node1
resource scores web
resource meta db show target-role
node show
node attribute node1 show rack
cluster status
cluster health
cib list
ra classes
ra list ocf pacemaker
options show
help resource""".split("\n")
# One run is the whole cycle; each line of it is timed.
WRITE = """configure property no-quorum-policy=freeze
configure rsc_defaults migration-threshold=3
configure op_defaults timeout=30s
configure primitive new ocf:pacemaker:Dummy op monitor interval=10s meta target-role=Stopped
configure primitive newer ocf:pacemaker:Dummy op monitor interval=10s meta target-role=Stopped
configure group both new newer
configure location there both 10: node1
configure colocation with inf: both db
configure order after db both
configure tag pair: new newer
configure set newer.monitor.interval 20s
configure rename newer newest
configure modgroup both remove newest
configure delete --force pair there with after
configure delete --force both new newest
resource param db set fake b
resource meta db set priority 5
resource meta db delete priority
resource utilization db set cpu 2
resource utilization db delete cpu
resource unmanage db
resource manage db
resource move db node3
resource clear db
resource ban db node3
resource clear db
resource maintenance db on
resource maintenance db off
-y resource stop db
resource start db
resource cleanup db
node attribute node1 set rack r1
node utilization node1 set cpu 8
node status-attr node1 set x 1
node status-attr node1 delete x
-y node standby node3
node online node3
node maintenance node3
node ready node3""".split("\n")
AGENT = ["ra info ocf:pacemaker:Dummy"]
CRMSH = ["status", "configure show", "resource status", "node show", "configure property no-quorum-policy=freeze",
         "resource meta db set priority 5"]
# Runs on the node: starts each command as a process, nothing in between.
TIMER = r"""
import json, os, subprocess, sys, time
job = json.load(sys.stdin)
took, failed = {}, {}
env = dict(os.environ, **job["env"])
for _ in range(job["runs"]):
    for line in job["lines"]:
        begin = time.perf_counter()
        p = subprocess.run([job["crm"]] + line.split(), stdin=subprocess.DEVNULL, capture_output=True, text=True, env=env)
        took.setdefault(line, []).append((time.perf_counter() - begin) * 1000)
        if p.returncode != 0:
            failed[line] = "%d: %s" % (p.returncode, (p.stdout + p.stderr)[-300:])
print(json.dumps({"took": took, "failed": failed}))
"""


def timed(cluster, lines, runs, crm, env):
    job = json.dumps({"lines": lines, "runs": runs, "crm": crm, "env": env})
    done = cluster.run("node1", "python3", "-c", TIMER, stdin=job, seconds=900)
    answer = json.loads(done.stdout)
    return answer["took"], answer["failed"]


def middle(values):
    return sorted(values)[len(values) // 2]


def report(title, took, failed, limit):
    """Lines for a person; the lines whose median is above the limit."""
    print(f"\n{title}\n{'median':>10} {'slowest':>9}   ms")
    for line, values in took.items():
        print(f"{middle(values):10.1f} {max(values):9.1f}   crm {line}" + ("   FAILED " + failed[line] if line in failed else ""))
    return [line for line, values in took.items() if limit and middle(values) > limit]


def more(parser):
    parser.add_argument("--runs", type=int, default=15)
    parser.add_argument("--limit", type=float, default=20.0)


def main():
    given = options(more)
    with cluster_of(3, given.build) as cluster:
        cluster.crm("configure", node="node1", stdin=CONFIGURATION)
        cluster.crm("node", "attribute", "node1", "set", "rack", "r0", node="node1")
        cluster.crm("resource", "meta", "db", "set", "target-role", "Started", node="node1")
        cluster.settle(3, 60)
        step("reading")
        crm = cluster.run("node1", "sh", "-c", "command -v crm").stdout.strip()
        reads, failed = timed(cluster, READ, given.runs, crm, {})
        slow = report("reading, live cluster of 3 nodes", reads, failed, given.limit)
        step("writing")
        writes, not_written = timed(cluster, WRITE, given.runs, crm, {})
        slow += report("writing, live cluster of 3 nodes", writes, not_written, given.limit)
        report("bound by the agent", *timed(cluster, AGENT, given.runs, crm, {}), None)
        saved = f"{cluster.lab.folder}/crmsh-cib.xml"
        with open(saved, "w") as out:
            configuration = cluster.run("node1", "crm", "configure", "show", "xml").stdout.split("?>", 1)[-1]
            out.write('<cib validate-with="pacemaker-3.9" crm_feature_set="3.16.1" admin_epoch="0" epoch="1" num_updates="0">'
                      + configuration + "<status/></cib>")
        if os.path.exists("/usr/share/crmsh"):
            report("crmsh on the saved CIB", *timed(cluster, CRMSH, 3, "/usr/sbin/crm", {"CIB_file": saved}), None)
    assert not failed and not not_written, f"failed: {failed} {not_written}"
    assert not slow, f"above {given.limit} ms: {slow}"
    print("ok")


if __name__ == "__main__":
    main()
