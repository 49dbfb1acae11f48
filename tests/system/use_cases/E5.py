#!/usr/bin/python3 -ES
"""E5: two load balancers, each at home on its own node, each with web servers of its own; see doc/use-cases and directors.py."""
import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.realpath(__file__)))
from story import BASIS, VIP1, VIP2, Story, script  # noqa: E402
import directors  # noqa: E402


def main():
    with Story("E5", 2, kernel=True) as s:
        s.step("four web servers, two directors")
        directors.prepare(s, directors.REAL)
        s.type(BASIS + directors.form(s, script("e5-ipvs-both.crm")))
        s.see("the first address is on node1", s.on(VIP1, "node1"))
        s.see("the second address is on node2", s.on(VIP2, "node2"))
        s.see("the first serves RS1 and RS2, 2:1", lambda: s.pages(VIP1) == {"RS1": 20, "RS2": 10})
        s.see("the second serves RS3 and RS4, 2:1", lambda: s.pages(VIP2) == {"RS3": 20, "RS4": 10})
        for node in directors.DIRECTORS:
            directors.show_table(s, node)

        s.step("RS1's web server is stopped, then RS2's")
        directors.stop(s, "RS1")
        s.see("the first serves RS2", lambda: s.pages(VIP1) == {"RS2": 30}, 40)
        directors.stop(s, "RS2")
        s.see("the first serves the sorry page of LB1", lambda: s.pages(VIP1, 3) == {"sorry on LB1": 3}, 40)
        s.see("the second is as it was", lambda: s.pages(VIP2) == {"RS3": 20, "RS4": 10})
        directors.start(s, "RS1")
        directors.start(s, "RS2")
        s.see("both are back", lambda: s.pages(VIP1) == {"RS1": 20, "RS2": 10}, 40)

        s.step("LB1 loses power, and stays off")
        s.lab.stay_off(True)
        s.lab.node("node1").kill()
        s.see("both addresses are on node2", lambda: s.holders(VIP1) == s.holders(VIP2) == ["node2"], 60)
        s.see("the first serves RS1 and RS2", lambda: s.pages(VIP1) == {"RS1": 20, "RS2": 10}, 40)
        s.see("the second serves RS3 and RS4", lambda: s.pages(VIP2) == {"RS3": 20, "RS4": 10})

        s.step("RS3's web server is stopped, then RS4's")
        directors.stop(s, "RS3")
        s.see("the second serves RS4", lambda: s.pages(VIP2) == {"RS4": 30}, 40)
        directors.stop(s, "RS4")
        s.see("the second serves the sorry page of LB2", lambda: s.pages(VIP2, 3) == {"sorry on LB2": 3}, 40)


if __name__ == "__main__":
    sys.exit(main())
