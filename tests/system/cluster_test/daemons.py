#!/usr/bin/python3 -ES
"""SIGKILL for each daemon on each node while the service runs: no outage, no restart of a resource, and it is back."""
import os
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.realpath(__file__)))
from bench import cluster_of, options, step, until, watch  # noqa: E402


def service(cluster, node):
    """Process id and start time of nginx: a restart changes them."""
    out = cluster.run(node, "sh", "-c", "p=$(cat /run/nginx.pid) && cut -d' ' -f1,22 /proc/$p/stat", check=False).stdout
    return out.strip()


def kill_daemon(cluster, client, daemon, node, active):
    before, address = service(cluster, active), cluster.run(active, "ip", "-o", "addr", "show", "eth0").stdout
    began = time.time()
    pid = cluster.pid(node, daemon)
    assert pid, f"no {daemon} runs on {node}"
    cluster.run(node, "kill", "-9", str(pid))
    until(f"{daemon} is back on {node}", lambda: cluster.pid(node, daemon) not in (None, pid))
    cluster.settle(3)
    assert service(cluster, active) == before, f"nginx on {active} was restarted"
    assert cluster.run(active, "ip", "-o", "addr", "show", "eth0").stdout == address
    outage = client.answers().outage(began, time.time() - 0.1)
    # The agent's stop alone takes 1.1 s: a restart would be seen.  Anything below is this machine being busy.
    assert outage < 1.0, f"{daemon} on {node}: an outage of {outage:.3f} s"
    step(f"{daemon} on {node}{' (active)' if node == active else ''}: longest gap {outage * 1000:.0f} ms")


def leave(cluster, client, node):
    """A node that is told to leave gives the service away first, and musterd does not bring it back."""
    began = time.time()
    cluster.crm("cluster", "stop", node=node)
    until(f"musterd on {node} has ended", lambda: cluster.pid(node, "musterd") is None)
    page = client.wait_for(lambda a: a.first_page(began, not_body=node), 30)
    assert page, f"{node} left, and nobody took the service"
    assert not any(cluster.pid(node, daemon) for daemon in ("crmd", "lrmd", "fenced"))
    assert cluster.lab.node(node).init(), f"{node} was fenced, though it left in order"
    step(f"{node} left, {page[2]} answers")


def main():
    o = options()
    with cluster_of(3, o.build) as cluster, watch(cluster) as client:
        began = time.time()
        cluster.configure()
        page = client.wait_for(lambda a: a.first_page(began), 60)
        assert page, "the page never answered"
        cluster.settle(3)
        active = page[2]
        # The DC is among them, and so is the node on which the service runs.  musterd is systemd's to restart: not here.
        for node in cluster.lab.names():
            for daemon in ("crmd", "lrmd", "fenced"):
                kill_daemon(cluster, client, daemon, node, active)
        kill_daemon(cluster, client, "crmd", cluster.dc(), active)
        # Recovery still works afterwards: monitors were not lost with the daemons.
        cluster.run(active, "pkill", "-9", "-x", "nginx")
        moment = time.time() + 0.05
        assert client.wait_for(lambda a: a.first_page(moment), 60), "nginx was not restarted: its monitor is gone"
        cluster.settle(3)
        leave(cluster, client, active)


if __name__ == "__main__":
    sys.exit(main())
