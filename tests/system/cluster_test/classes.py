#!/usr/bin/python3 -ES
"""Each class of agents through start, monitor, failure, recovery and stop on a cluster: an init script (lsb), a heartbeat v1
script, a fence device.  Class systemd has a test of its own with a systemd (tests/system/lrmd/systemd_class.sh)."""
import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.realpath(__file__)))
from bench import cluster_of, options, step, until  # noqa: E402
from labkit.host import SHARED  # noqa: E402

CLASSIC = f"{SHARED}/build/bin/classic"

# A service that is one process; its pid file is its state.  ACTION is the argument that says what to do.
SERVICE = """#!/bin/sh
pid=/run/lab-NAME.pid
case $ACTION in
start) kill -0 $(cat $pid 2>/dev/null) 2>/dev/null && exit 0
    setsid sleep 100000 </dev/null >/dev/null 2>&1 &
    echo $! >$pid; echo "start $*" >>/var/log/lab-NAME ;;
stop) kill $(cat $pid 2>/dev/null) 2>/dev/null; rm -f $pid; echo "stop $*" >>/var/log/lab-NAME ;;
status) kill -0 $(cat $pid 2>/dev/null) 2>/dev/null || exit STOPPED ;;
*) exit 2 ;;
esac
exit 0
"""
# The lab's fence agent, out of order while /run/fence-broken is there.
FENCE = """#!/bin/sh
if [ -e /run/fence-broken ] && [ "$1" != -o ]; then
    options=$(cat)
    case $options in *action=metadata*) ;; *) echo "the switch does not answer" >&2; exit 1 ;; esac
    echo "$options" | exec /usr/sbin/fence_muster_lab
fi
exec /usr/sbin/fence_muster_lab "$@"
"""
CONFIGURATION = """property stonith-enabled=true
primitive init lsb:labinit op monitor interval=1s timeout=20s
primitive old heartbeat:LabOld params 1=10.9.0.5/24 2=eth0 op monitor interval=1s timeout=20s
primitive power stonith:fence_lab_moody params pcmk_host_check=dynamic-list op monitor interval=1s timeout=20s
commit
"""


def install(cluster):
    service = lambda name, action, stopped: (SERVICE.replace("NAME", name).replace("$ACTION", action).replace("STOPPED", stopped))
    files = {"/etc/init.d/labinit": service("init", "$1", "3"),
             # Parameters come first, the action last.
             "/etc/ha.d/resource.d/LabOld": service("old", "$3", "1"),
             "/usr/sbin/fence_lab_moody": FENCE}
    for node in cluster.lab.names():
        for path, text in files.items():
            cluster.run(node, "sh", "-c", f"mkdir -p {os.path.dirname(path)}; cat >{path}; chmod 755 {path}", stdin=text)


def pid(cluster, node, name):
    return cluster.run(node, "cat", f"/run/lab-{name}.pid", check=False).stdout.strip()


def where(cluster, name):
    return [n for n in cluster.lab.names() if pid(cluster, n, name)]


def service(cluster, resource, name, called):
    """A script's service: it dies, is found dead by its monitor, started again, and stopped at last."""
    node = until(f"{resource} runs", lambda: next(iter(where(cluster, name)), None))
    first = pid(cluster, node, name)
    cluster.run(node, "kill", "-9", first)
    # Where it was: one failure is no reason to move.
    until(f"{resource} runs again", lambda: pid(cluster, node, name) not in ("", first))
    cluster.settle(2)
    fails = cluster.run(node, f"{CLASSIC}/crm_failcount", "-G", "-r", resource, "-N", node).stdout
    assert "value=1" in fails, f"the failure is not counted: {fails}"
    cluster.crm("resource", "stop", resource)
    until(f"{resource} has stopped", lambda: not where(cluster, name))
    log = cluster.run(node, "cat", f"/var/log/lab-{name}").stdout
    assert called in log, f"{resource} was called as {log!r}, expected {called!r}"


def status(cluster):
    """What the operator reads, on one line."""
    return " ".join(cluster.crm("status", check=False).stdout.split())


def fence_device(cluster):
    """A device that stops answering: its monitor fails and the cluster says so; it works again: recovered; stopped."""
    until("the device is there", lambda: "by power" in status(cluster))
    for node in cluster.lab.names():
        cluster.run(node, "touch", "/run/fence-broken")
    until("its failure is shown", lambda: "the switch does not answer" in status(cluster))
    for node in cluster.lab.names():
        cluster.run(node, "rm", "/run/fence-broken")
    cluster.crm("resource", "cleanup", "power")
    cluster.settle(2)
    until("it works again", lambda: "does not answer" not in status(cluster) and "by power" in status(cluster))
    cluster.crm("resource", "stop", "power")
    cluster.settle(2)
    mon = cluster.run("node1", f"{CLASSIC}/crm_mon", "-1", "-r").stdout
    assert any("power" in line and "Stopped" in line for line in mon.splitlines()), mon


def main():
    o = options()
    with cluster_of(2, o.build) as cluster:
        install(cluster)
        cluster.configure(CONFIGURATION)
        cluster.settle(2)
        step("lsb: start, monitor, failure, recovery, stop")
        service(cluster, "init", "init", "start start\n")
        step("heartbeat v1: the same")
        service(cluster, "old", "old", "start 10.9.0.5/24 eth0 start\n")
        step("a fence device: the same")
        fence_device(cluster)


if __name__ == "__main__":
    sys.exit(main())
