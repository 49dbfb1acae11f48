#!/usr/bin/python3 -ES
"""E4: a load balancer for two web servers, active on one node, passive on the other; see doc/use-cases and directors.py."""
import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.realpath(__file__)))
from story import BASIS, VIP1, Story, script  # noqa: E402
import directors  # noqa: E402


def status_has(s, *texts):
    # As one line: the screen breaks long ones.
    screen = " ".join(s.cluster.crm("status", check=False).stdout.split())
    return all(text in screen for text in texts)


def show_problem(s):
    for line in s.crm("status", check=False).stdout.splitlines():
        if line.strip():
            s.say(f"   | {line}")


def main():
    with Story("E4", 2, kernel=True) as s:
        s.step("two web servers, two directors (node1, node2) with a sorry page each")
        directors.prepare(s, ("RS1", "RS2"))
        s.type(BASIS + directors.form(s, script("e4-ipvs.crm")))
        s.see("the address is on node1", s.on(VIP1, "node1"))
        s.see("30 pages come 20 from RS1 and 10 from RS2", lambda: s.pages(VIP1) == {"RS1": 20, "RS2": 10})
        s.see("the director's table is on node1 only",
              lambda: directors.has(s, "node1", "RS1") and not directors.has(s, "node2", "RS1"))
        directors.show_table(s, "node1")

        s.step("RS2's web server is stopped, then RS1's, then RS1's comes back")
        directors.stop(s, "RS2")
        s.see("all pages come from RS1", lambda: s.pages(VIP1) == {"RS1": 30}, 40)
        s.see("the table lacks RS2", lambda: not directors.has(s, "node1", "RS2"))
        s.see("crm status names RS2",
              lambda: status_has(s, "lvs1: degraded on node1", f"1 of 2 servers down: {directors.REAL['RS2'][0]}:80"))
        directors.stop(s, "RS1")
        s.see("the sorry page of LB1", lambda: s.pages(VIP1, 3) == {"sorry on LB1": 3}, 40)
        s.see("crm status says who answers",
              lambda: status_has(s, "2 of 2 servers down", "no quorum of servers, sorry server"))
        show_problem(s)
        directors.start(s, "RS1")
        s.see("all pages come from RS1", lambda: s.pages(VIP1) == {"RS1": 30}, 40)
        s.see("crm status names RS2 alone", lambda: status_has(s, "1 of 2 servers down"))

        s.step("LB1 is put into standby")
        s.crm("node", "standby", "node1")
        s.see("the address is on node2", s.on(VIP1, "node2"))
        s.see("all pages come from RS1", lambda: s.pages(VIP1) == {"RS1": 30}, 40)
        s.see("the table is on node2 only",
              lambda: directors.has(s, "node2", "RS1") and not directors.has(s, "node1", "RS1"))
        directors.stop(s, "RS1")
        s.see("the sorry page of LB2", lambda: s.pages(VIP1, 3) == {"sorry on LB2": 3}, 40)


if __name__ == "__main__":
    sys.exit(main())
