#!/usr/bin/python3 -ES
"""E1: one virtual address, active on one node, passive on the other; see doc/use-cases."""
import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.realpath(__file__)))
from story import BASIS, VIP1, Story, script  # noqa: E402


def stop_daemons(s, node):
    """As `systemctl stop` of the whole stack: resources go first, then the daemons."""
    s.run(node, "sh", "-c", "kill $(pgrep -x musterd)")


def main():
    with Story("E1", 3) as s:
        s.step("the configuration")
        s.type(BASIS + script("e1-virtual-ip.crm"))
        s.see("the address is on node1, and only there", s.on(VIP1, "node1"))
        gaps = s.background("client", "ping", "-i", "0.05", "-O", VIP1)
        arps = s.background("client", "tcpdump", "-l", "-n", "-i", "eth0", "arp", "and", "host", VIP1)

        s.step("node1 is put into standby and back")
        s.crm("node", "standby", "node1")
        s.see("the address is on node2", s.on(VIP1, "node2"))
        s.see("a third host was told by a gratuitous ARP", lambda: f"{VIP1} is-at 02:00:00:00:00:02" in open(arps).read())
        s.crm("node", "online", "node1")
        s.see("the address is back on node1 (stickiness 0: preempt)", s.on(VIP1, "node1"))

        s.step("the stack on node1 is stopped and started again (power off and on)")
        stop_daemons(s, "node1")
        s.see("the address is on node2", s.on(VIP1, "node2"))
        s.lab.node("node1").kill()
        s.lab.node("node1").boot()
        s.see("the address is back on node1", s.on(VIP1, "node1"), 60)
        s.settle(3)

        s.step("all daemons of node1 die by kill -9, musterd first")
        s.run("node1", "sh", "-c", "kill -9 $(pgrep -x musterd) $(pgrep -x crmd) $(pgrep -x lrmd) $(pgrep -x fenced)")
        s.see("node1 is fenced and the address is on node2", s.on(VIP1, "node2"), 60)
        s.lab.node("node1").boot()
        s.see("the address is back on node1", s.on(VIP1, "node1"), 60)
        s.settle(3)

        s.step("the cable of node1 is cut")
        s.lab.fabric.cut("node1", [])
        s.see("node1 is fenced and the address is on node2", s.on(VIP1, "node2"), 60)
        s.lab.fabric.heal()
        s.see("the address is back on node1", s.on(VIP1, "node1"), 60)
        s.settle(3)

        s.step("nopreempt: with stickiness 100 it stays where it is")
        s.type("rsc_defaults resource-stickiness=100\n")
        s.crm("node", "standby", "node1")
        s.see("the address is on node2", s.on(VIP1, "node2"))
        s.crm("node", "online", "node1")
        s.settle(3)
        s.never("the address goes back to node1", s.on(VIP1, "node1"))

        lost = sum("no answer yet" in line for line in open(gaps))
        s.say(f"\n   the client's ping every 50 ms went without answer {lost} times in all")


if __name__ == "__main__":
    sys.exit(main())
