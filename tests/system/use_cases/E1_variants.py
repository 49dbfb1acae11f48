#!/usr/bin/python3 -ES
"""E1's variants: preempt delay and sync group; nopreempt is in E1.py.  See doc/use-cases."""
import os
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.realpath(__file__)))
from story import BASIS, VIP1, VIP2, Story, script  # noqa: E402


def sync_group(s):
    s.step("sync group: two addresses that move together")
    s.type(BASIS + script("e1-sync-group.crm"))
    s.see("both are on node1", lambda: s.holders(VIP1) == s.holders(VIP2) == ["node1"])
    s.crm("--yes", "node", "standby", "node1")
    s.see("both are on node2", lambda: s.holders(VIP1) == s.holders(VIP2) == ["node2"])
    s.crm("node", "online", "node1")
    s.see("both are back", lambda: s.holders(VIP1) == s.holders(VIP2) == ["node1"])
    s.crm("resource", "stop", "vg1")
    s.see("both are gone", lambda: s.holders(VIP1) == s.holders(VIP2) == [])
    s.settle()
    s.crm("configure", "delete", "vg1", "vip1", "dip1", "--force")
    s.settle()


def preempt_delay(s):
    s.step("preempt delay: node1 must have been there for 5 s before its preference counts")
    s.type(script("e1-preempt-delay.crm"))
    s.see("the address is on node1", s.on(VIP1, "node1"))
    s.crm("--yes", "node", "standby", "node1")
    s.see("the address is on node2", s.on(VIP1, "node2"))
    s.crm("node", "online", "node1")
    began = time.monotonic()
    s.never("the address goes back at once", s.on(VIP1, "node1"), 4)
    s.see("the address is back on node1", s.on(VIP1, "node1"))
    waited = time.monotonic() - began
    if waited < 5:
        raise AssertionError(f"node1 took its address back after {waited:.1f} s, expected 5 or more")


def main():
    with Story("E1-variants", 2) as s:
        sync_group(s)
        preempt_delay(s)


if __name__ == "__main__":
    sys.exit(main())
