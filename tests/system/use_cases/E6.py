#!/usr/bin/python3 -ES
"""E6: two nginx proxies, both active; a node whose nginx is dead loses 20 points, as with keepalived's vrrp_script; see
doc/use-cases."""
import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.realpath(__file__)))
from story import BASIS, VIP1, VIP2, Story, script  # noqa: E402

UPSTREAM = {VIP1: "RS1", VIP2: "RS3"}


def start_proxy(s, node):
    s.run(node, "sh", "-c", "cat >/run/proxy.conf && nginx -c /run/proxy.conf", stdin=f"""pid /run/proxy.pid;
error_log /var/log/nginx/proxy.log;
events {{ }}
http {{
    access_log off;
    upstream websrvs1 {{ server 10.77.0.3:8001 weight=2; server 10.77.0.3:8002 weight=1; }}
    upstream websrvs2 {{ server 10.77.0.3:8003 weight=2; server 10.77.0.3:8004 weight=1; }}
    # Not bound to the addresses: the proxy runs on both nodes, wherever they are.
    server {{ listen 80; if ($server_addr = {VIP1}) {{ set $to websrvs1; }} if ($server_addr = {VIP2}) {{ set $to websrvs2; }}
              location / {{ proxy_pass http://$to; }} }}
}}
""")


def kill_proxy(s, node):
    s.run(node, "sh", "-c", "kill -9 $(pgrep -x nginx)")


def main():
    with Story("E6", 3) as s:
        s.step("four web servers (on node3), an nginx proxy on node1 and on node2")
        for number in range(1, 5):
            s.server("node3", f"RS{number}", 8000 + number)
        for node in ("node1", "node2"):
            start_proxy(s, node)
        s.type(BASIS + script("e6-nginx-proxies.crm") + "location chk-not-on-3 chk-on-both -inf: node3\n"
               "location vip1-not-on-3 vip1 -inf: node3\nlocation vip2-not-on-3 vip2 -inf: node3\n")
        s.see("the first address is on node1", s.on(VIP1, "node1"))
        s.see("the second address is on node2", s.on(VIP2, "node2"))
        s.see("the first serves RS1 and RS2, 2:1", lambda: s.pages(VIP1) == {"RS1": 20, "RS2": 10})
        s.see("the second serves RS3 and RS4, 2:1", lambda: s.pages(VIP2) == {"RS3": 20, "RS4": 10})

        s.step("nginx is killed on node2: 100 - 20 < 90")
        kill_proxy(s, "node2")
        s.see("the second address is on node1", s.on(VIP2, "node1"))
        s.see("both addresses serve", lambda: s.page(VIP1) in ("RS1", "RS2") and s.page(VIP2) in ("RS3", "RS4"))
        s.step("nginx is started on node2")
        start_proxy(s, "node2")
        s.see("the second address is back on node2", s.on(VIP2, "node2"))

        s.step("nginx is killed on node1")
        kill_proxy(s, "node1")
        s.see("the first address is on node2", s.on(VIP1, "node2"))
        s.see("both addresses serve", lambda: s.page(VIP1) in ("RS1", "RS2") and s.page(VIP2) in ("RS3", "RS4"))
        s.step("nginx is killed on node2, too: both lose 20, and each address is at home where it serves nothing")
        kill_proxy(s, "node2")
        s.see("each address is at home", lambda: s.holders(VIP1) == ["node1"] and s.holders(VIP2) == ["node2"])
        s.step("nginx is started on node2: it serves both")
        start_proxy(s, "node2")
        s.see("both addresses are on node2", lambda: s.holders(VIP1) == s.holders(VIP2) == ["node2"])
        s.see("both addresses serve", lambda: s.page(VIP1) in ("RS1", "RS2") and s.page(VIP2) in ("RS3", "RS4"))


if __name__ == "__main__":
    sys.exit(main())
