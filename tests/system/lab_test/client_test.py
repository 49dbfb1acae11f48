#!/usr/bin/python3 -ES
"""What the client's answers are taken to mean: outages, and two nodes that hold one address."""
import os
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.realpath(__file__)), ".."))

from labkit.client import Answers  # noqa: E402
from labkit.muster import corosync_time  # noqa: E402


def steady(begin, end, who):
    return [(begin + i / 100, begin + i / 100 + 0.002, who) for i in range(round((end - begin) * 100))]


def replies(begin, end, mac):
    return [(begin + i / 100, mac) for i in range(round((end - begin) * 100))]


def near(value, wanted):
    assert abs(value - wanted) < 0.03, (value, wanted)


def main():
    pages = steady(100, 101, "n1") + steady(101.7, 103, "n2")
    a = Answers(pages, [])
    near(a.outage(100.5, 102.5), 0.7)
    near(a.outage(102, 102.5), 0.01)
    near(a.outage(102, 104), 1.0)               # it still lasts
    near(a.first_page(101.01)[0], 101.7)
    near(a.first_page(100, not_body="n1")[0], 101.7)
    assert a.first_page(103.5) is None

    moved = Answers([], replies(0, 1, "a") + replies(1.01, 2, "b") + replies(3, 4, "a"))
    assert not moved.two_holders()
    assert moved.holder(0.5) == "a" and moved.holder(1.5) == "b"
    near(moved.first_arp(0, "a")[0], 1.01)

    both = sorted(replies(0, 1, "a") + [(m + 0.0003, mac) for m, mac in replies(0.5, 1, "b")])
    assert both and Answers([], both).two_holders()
    once = replies(0, 0.5, "a") + [(0.505, "b")] + replies(0.51, 1, "a")
    assert Answers([], once).two_holders()      # one reply in the middle is enough

    with tempfile.NamedTemporaryFile("w+") as file:
        file.write("page 1.0 1.1 node1\narp 1.2 aa\npage 2.0 2.")
        file.flush()
        read = Answers()
        read.read_on(file.name)
        assert read.pages == [(1.0, 1.1, "node1")] and read.arps == [(1.2, "aa")]
        file.write("5 node2\narp 3.0 bb\n")
        file.flush()
        read.read_on(file.name)
        assert read.pages[1:] == [(2.0, 2.5, "node2")] and read.arps[1:] == [(3.0, "bb")]

    one, two = corosync_time("Nov 23 02:40:25.123 [9] x"), corosync_time("Nov 23 02:40:26.125 [9] x")
    assert abs(two - one - 1.002) < 1e-6


if __name__ == "__main__":
    sys.exit(main())
