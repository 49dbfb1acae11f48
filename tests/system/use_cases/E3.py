#!/usr/bin/python3 -ES
"""E3: two virtual addresses, each with a node of its own, a mail for each event, and keepalived's notify script; the cable is out
in three ways.  See doc/use-cases."""
import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.realpath(__file__)))
from story import BASIS, SERVICE_NET, SOURCE, Story, script  # noqa: E402

VIP1, VIP2 = f"{SERVICE_NET}100", f"{SERVICE_NET}200"
# As keepalived's users have it: a mail for each word.
NOTIFY = """#!/bin/bash
date=$(date +'%F %T')
echo "$date: vrrp transition, $(hostname) changed to be $1" | mail -s "$(hostname) to be $1, vip floating" root@localhost
"""
MAIL = """#!/bin/sh
# mail -s SUBJECT RECIPIENT, for nodes without a mail program.
{ printf 'Subject: %s\\r\\n\\r\\n' "$2"; cat; } |
    curl -sS --max-time 5 --mail-from node@localhost --mail-rcpt "$3" --upload-file - smtp://127.0.0.1:25
"""


def bring(s, node):
    """The article's own notify.sh where it is at hand, unchanged; a mail program."""
    article = os.path.join(os.environ.get("MUSTER_SHARED", f"{SOURCE}/../shared"), "article/notify.sh")
    text = open(article).read() if os.path.exists(article) else NOTIFY
    for path, content in (("etc/keepalived/notify.sh", text), ("usr/sbin/mail", MAIL)):
        whole = f"{s.lab.node(node).disk}/{path}"
        os.makedirs(os.path.dirname(whole), exist_ok=True)
        with open(whole, "w") as file:
            file.write(content)
        os.chmod(whole, 0o755)


def second_card(s):
    """Every node has eth1 from its boot on."""
    plug_in = s.lab.fabric.plug_in

    def both(node, pid):
        plug_in(node, pid)
        s.plug_in_more(node, pid)
    s.lab.fabric.plug_in = both


def mailbox(s, node):
    path = f"{s.lab.node(node).disk}/var/log/mailbox"
    return open(path).read().splitlines() if os.path.exists(path) else []


def mails(s, text):
    return sum(text in line for node in s.lab.names() for line in mailbox(s, node))


def words(s, node):
    """What the notify script was told on a node, in order."""
    return [line.split(" to be ")[1].split(",")[0] for line in mailbox(s, node) if ", vip floating" in line]


def in_order(wanted, seen):
    rest = iter(seen)
    return all(word in rest for word in wanted)


def start_sink(s, node):
    s.background(node, f"{s.source_in_node()}/tests/system/use_cases/sink.py", "mail", "/var/log/mailbox")


def home(s):
    return s.holders(VIP1) == ["node1"] and s.holders(VIP2) == ["node2"]


def only_service_cable(s):
    s.step("(i) only the service network's cable of node1 is out: the cluster's own network lives")
    before = {n: len(words(s, n)) for n in ("node1", "node2")}
    init = s.lab.node("node1").init()
    stops, starts = mails(s, "vip1: stop on node1: ok |"), mails(s, "vip1: start on node2: ok |")
    s.cable("node1", False)
    s.see("both addresses are on node2", lambda: s.holders(VIP1) == s.holders(VIP2) == ["node2"])
    s.see("node1's mailbox: fault", lambda: "fault" in words(s, "node1")[before["node1"]:])
    s.see("node2's mailbox: master", lambda: "master" in words(s, "node2")[before["node2"]:])
    assert s.lab.node("node1").init() == init, "node1 was fenced"
    s.say("              nobody was fenced")
    s.cable("node1", True)
    s.see("each address is at home again", lambda: home(s))
    s.see("node1's mailbox: fault, then backup, then master",
          lambda: in_order(["fault", "backup", "master"], words(s, "node1")[before["node1"]:]))
    s.see("node2's mailbox: master, then backup", lambda: in_order(["master", "backup"], words(s, "node2")[before["node2"]:]))
    s.settle()
    assert mails(s, "vip1: stop on node1: ok |") == stops + 1, "not one mail for the stop on node1"
    assert mails(s, "vip1: start on node2: ok |") == starts + 1, "not one mail for the start on node2"
    s.say("              one mail for each event")


def all_cables_with_fencing(s):
    s.step("(ii) all cables of node1 are out, and there is fencing")
    s.lab.stay_off(True)
    s.lab.fabric.cut("node1", [])
    s.cable("node1", False)
    s.see("node1 is off", lambda: not s.lab.node("node1").init(), 60)
    s.see("both addresses are on node2", lambda: s.holders(VIP1) == s.holders(VIP2) == ["node2"], 60)
    s.see("a mail tells of the loss, another of the fencing", lambda: mails(s, "node node1 is now lost") and mails(s, "fencing: "))
    s.lab.stay_off(False)
    s.lab.fabric.heal()
    s.lab.node("node1").boot()
    start_sink(s, "node1")
    s.see("node1 is back, each address is at home", lambda: home(s), 60)
    s.settle(3)


def all_cables_without(s):
    s.step("(iii) all cables of node1 are out, and there is no fencing: node1 has no quorum and stops by itself")
    s.type("property stonith-enabled=false\n")
    s.lab.fabric.cut("node1", [])
    s.see("node1 has given its address up by itself, node2 has both", lambda: s.holders(VIP1) == s.holders(VIP2) == ["node2"], 60)
    s.lab.fabric.heal()
    s.see("each address is at home again", lambda: home(s), 60)


def main():
    with Story("E3", 3, prepare=bring, before=second_card) as s:
        for node in s.lab.names():
            start_sink(s, node)
        alert = f"{s.source_in_node()}/agents/alerts/mail"
        text = (script("e3-two-virtual-ips.crm", [("/usr/share/muster/alerts/mail", alert)]) + script("e3-service-cable.crm", lab=()))
        text = text.replace("10.77.0.", SERVICE_NET)
        s.type(BASIS + text + "".join(f"location {r}-not-on-3 {r} -inf: node3\n" for r in ("vip1", "vip2", "tell1-on-both")))
        s.see("each address is on its own node", lambda: home(s))
        s.see("node1's mailbox: backup, then master", lambda: in_order(["backup", "master"], words(s, "node1")))
        only_service_cable(s)
        all_cables_with_fencing(s)
        all_cables_without(s)
        s.step("what lies in node1's mailbox")
        for line in mailbox(s, "node1")[-12:]:
            s.say(f"   | {line}")


if __name__ == "__main__":
    sys.exit(main())
