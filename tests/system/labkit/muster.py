"""The cluster in a lab as its operator sees it, and when things happened in it."""
import os
import re
import subprocess
import time

from .host import SHARED, LabError

VIP = "10.77.0.100"
CONFIGURATION = f"""
property stonith-enabled=true no-quorum-policy=stop
rsc_defaults resource-stickiness=100
primitive power stonith:fence_muster_lab params pcmk_host_check=dynamic-list op monitor interval=60s timeout=20s
primitive vip ocf:heartbeat:IPaddr2 params ip={VIP} cidr_netmask=24 nic=eth0 op monitor interval=1s timeout=20s
primitive web ocf:heartbeat:nginx params configfile=/etc/nginx-lab.conf httpd=/usr/sbin/nginx \\
    op start timeout=60s op stop timeout=60s op monitor interval=1s timeout=45s
group site vip web
commit
"""


class Cluster:
    def __init__(self, lab):
        self.lab = lab

    def up(self, count, token=1000, build=None):
        self.lab.up(count, token, build=build)

    def run(self, node, *command, stdin=None, check=True, seconds=60):
        done = subprocess.run(self.lab.command_line(node, list(command)), input=stdin, text=True, capture_output=True,
                              timeout=seconds)
        if check and done.returncode != 0:
            raise LabError(f"{node}: {' '.join(command)}: status {done.returncode}: {done.stdout}{done.stderr}".strip())
        return done

    def crm(self, *words, node=None, stdin=None, check=True):
        return self.run(node or self.a_living_node(), "crm", *words, stdin=stdin, check=check)

    def talk(self, node, *words, check=True, seconds=120):
        return self.run(node, "lab_talk", *words, check=check, seconds=seconds)

    def a_living_node(self):
        return next(name for name in self.lab.names() if self.lab.node(name).init())

    def joined(self, count, seconds=60):
        """Until so many members have joined, whether there is work to do or not."""
        self.settle(count, seconds, "joined")

    def settle(self, count, seconds=60, what="wait"):
        """Until so many members have joined and nothing is left to do, as every living node sees it.  A node may be
        fenced while we ask it: then it is asked again."""
        end = time.monotonic() + seconds
        while True:
            living = [name for name in self.lab.names() if self.lab.node(name).init()]
            answers = [self.ask_settled(name, what, count) for name in living]
            if living and all(done.returncode == 0 for done in answers):
                return
            if time.monotonic() > end:
                raise LabError(f"not settled within {seconds} s: " + "".join(d.stdout + d.stderr for d in answers))

    def ask_settled(self, node, what, count):
        try:
            return self.talk(node, what, "5", str(count), check=False)
        except LabError as error:       # it went off in this moment
            return subprocess.CompletedProcess([], 1, "", str(error))

    def state(self, node=None):
        """Fact -> list of values, as lab_talk prints them."""
        facts = {}
        for line in self.talk(node or self.a_living_node(), "state").stdout.splitlines():
            name, _, value = line.partition(" ")
            facts.setdefault(name, []).append(value)
        return facts

    def dc(self):
        return self.state()["dc"][0]

    def pid(self, node, program):
        """Process id of one of our daemons, as the node counts."""
        done = self.run(node, "pgrep", "-x", program, check=False)
        return int(done.stdout.split()[0]) if done.returncode == 0 else None

    def configure(self, text=CONFIGURATION, node=None):
        return self.crm("configure", stdin=text, node=node)

    # ---- when things happened

    def console(self, pattern, after):
        """First line of any console that matches, after a moment: (time, match) or None."""
        best = None
        for name in self.lab.names():
            path = f"{self.lab.folder}/log/{name}.console"
            if not os.path.exists(path):
                continue
            with open(path, errors="replace") as file:
                for line in file:
                    moment = line.split(" ", 1)[0]
                    found = re.search(pattern, line)
                    if found and re.fullmatch(r"\d+\.\d+", moment) and float(moment) >= after:
                        if best is None or float(moment) < best[0]:
                            best = (float(moment), found)
                        break
        return best

    def membership(self, after, without=None):
        """When the first node that stays was told of a new ring."""
        best = None
        for name in self.lab.names():
            path = f"{self.lab.folder}/disk/{name}/var/log/corosync/corosync.log"
            if name == without or not os.path.exists(path):
                continue
            with open(path, errors="replace") as file:
                for line in file:
                    if "A new membership" not in line:
                        continue
                    moment = corosync_time(line)
                    if moment >= after and (best is None or moment < best):
                        best = moment
        return best


def corosync_time(line):
    """Seconds since the epoch of a log line with hires time stamps: "Nov 23 02:40:25.123 ..."; no year is written."""
    text, _, fraction = line[:19].partition(".")
    parsed = time.strptime(f"{time.localtime().tm_year} {text.strip()}", "%Y %b %d %H:%M:%S")
    return time.mktime(parsed) + float("0." + (fraction.strip() or "0"))


def source_program(name):
    """A program of the source folder as a node sees it."""
    return f"{SHARED}/source/{name}"
