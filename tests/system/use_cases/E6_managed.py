#!/usr/bin/python3 -ES
"""E6 with nginx in the cluster's care: restarted in place; where it can not start, the address leaves; see doc/use-cases."""
import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.realpath(__file__)))
from story import BASIS, VIP1, VIP2, Story, script  # noqa: E402

PROXY = """pid /run/proxy.pid;
error_log /var/log/nginx/proxy.log;
events { }
http { access_log off; server { listen 80; location / { return 200 "$hostname\\n"; } } }
"""
CONFIG = "/etc/nginx/proxy.conf"


def put(s, node):
    path = f"{s.lab.node(node).disk}{CONFIG}"
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as file:
        file.write(PROXY)


def kill_nginx(s, node):
    s.say(f"   # nginx is killed on {node}")
    s.run(node, "sh", "-c", "kill -9 $(cat /run/proxy.pid) $(pgrep -x nginx)", check=False)


def break_config(s, node):
    s.say(f"   # {CONFIG} on {node} is broken")
    s.run(node, "sh", "-c", f"echo 'no such directive;' >>{CONFIG}")


def repair(s, node):
    s.say(f"   # {CONFIG} on {node} is repaired")
    s.run(node, "sh", "-c", f"cat >{CONFIG}", stdin=PROXY)


def main():
    with Story("E6-managed", 3, prepare=put) as s:
        s.type(BASIS + script("e6-nginx-managed.crm") + "".join(f"location {r}-not-on-3 {r} -inf: node3\n" for r in ("vip1", "vip2", "ngx-on-both")))
        s.see("each address serves, on its own node", lambda: s.page(VIP1) == "node1" and s.page(VIP2) == "node2")

        s.step("nginx dies on node2 and is restarted there")
        pid = s.run("node2", "cat", "/run/proxy.pid").stdout
        kill_nginx(s, "node2")
        s.see("the page of node2 is back", lambda: s.page(VIP2) == "node2")
        assert s.run("node2", "cat", "/run/proxy.pid").stdout != pid, "nginx did not die"
        assert s.holders(VIP2) == ["node2"], "the address left node2"
        s.settle()

        s.step("its configuration is broken, then it dies: it can not be started there")
        break_config(s, "node2")
        kill_nginx(s, "node2")
        s.see("the second address is on node1 and serves", lambda: s.holders(VIP2) == ["node1"] and s.page(VIP2) == "node1")
        s.step("the same on node1: there is no nginx left")
        break_config(s, "node1")
        kill_nginx(s, "node1")
        s.see("both addresses are stopped", lambda: s.holders(VIP1) == s.holders(VIP2) == [])
        s.settle()
        why = s.crm("explain", "vip1").stdout
        for line in why.splitlines():
            s.say(f"   | {line}")
        assert "ngx" in why and "node1" in why and "node2" in why, "crm explain does not say that nginx failed on both nodes"

        s.step("node2's configuration is repaired")
        repair(s, "node2")
        s.crm("resource", "cleanup", "ngx")
        s.see("both addresses are on node2 and serve", lambda: s.page(VIP1) == s.page(VIP2) == "node2")


if __name__ == "__main__":
    sys.exit(main())
