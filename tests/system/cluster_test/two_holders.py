#!/usr/bin/python3 -ES
"""The client's check for two holders of an address can fail: with a power switch that says "done" and does nothing, a
node that is cut off from its peers goes on answering while another one starts the service."""
import os
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.realpath(__file__)))
from bench import cluster_of, options, step, until, watch  # noqa: E402


def main():
    o = options()
    with cluster_of(3, o.build) as cluster, watch(cluster) as client:
        began = time.time()
        cluster.configure()
        # With "stop" the node that was cut off would give the service up by itself, sooner or later.
        cluster.crm("configure", "property", "no-quorum-policy=ignore")
        page = client.wait_for(lambda a: a.first_page(began), 60)
        assert page, "the page never answered"
        cluster.settle(3)
        assert not client.answers().two_holders()
        cluster.lab.lie(True)
        cluster.lab.fabric.cut(page[2], [n for n in cluster.lab.names() if n != page[2]])
        until("two nodes answer for one address, and the client sees it", lambda: client.answers().two_holders())
        step(f"seen: {client.answers().two_holders()[0]}")


if __name__ == "__main__":
    sys.exit(main())
