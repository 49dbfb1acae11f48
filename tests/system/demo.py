#!/usr/bin/python3 -ES
"""The main job, shown: three nodes with real corosync, one service, and what happens to it.  Called by ./demo."""
import argparse
import os
import sys
import tempfile
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.realpath(__file__)))

from labkit.client import Client  # noqa: E402
from labkit.host import LabError  # noqa: E402
from labkit.lab import SOURCE, Lab  # noqa: E402
from labkit.muster import VIP, Cluster, CONFIGURATION  # noqa: E402

LIMIT = 60  # seconds that any one step may take before it counts as failed; nothing here is expected to take ten


class Failed(Exception):
    pass


def say(text=""):
    print(text, flush=True)


def ms(seconds):
    return f"{seconds * 1000:.0f} ms"


class Timeline:
    """What happened since a fault, in the order in which it happened."""

    def __init__(self, began):
        self.began = began
        self.events = []

    def add(self, what, moment):
        if moment is not None:
            self.events.append((moment, what))

    def show(self):
        for moment, what in sorted(self.events):
            say(f"   {(moment - self.began) * 1000:7.0f} ms  {what}")


class Demo:
    def __init__(self, lab, build):
        self.lab = lab
        self.build = build
        self.cluster = Cluster(lab)
        self.client = None
        self.table = []

    # ---- parts that every step shares

    def active(self):
        """Node that answers the client now."""
        page = self.client.wait_for(lambda a: a.first_page(time.time() - 0.3), LIMIT)
        if not page:
            raise Failed("the page does not answer")
        return page[2]

    def page_from(self, after, body=None, not_body=None):
        page = self.client.wait_for(lambda a: a.first_page(after, body, not_body), LIMIT)
        if not page:
            state = self.cluster.crm("status", check=False)
            raise Failed(f"the page did not answer{' from ' + body if body else ''} within {LIMIT} s\n{state.stdout}")
        return page

    def close(self, name, began, most=None, none=False):
        """Ends a step: the cluster is quiet, the outage goes into the table."""
        self.cluster.settle(sum(1 for n in self.lab.names() if self.lab.node(n).init()), LIMIT)
        time.sleep(0.3)
        outage = self.client.answers().outage(began, time.time() - 0.1)
        if none and outage > 0.5:
            raise Failed(f"{name}: there was an outage of {ms(outage)}, none was expected")
        self.table.append((name, outage))
        say(f"   outage measured by the client: {ms(outage)}{' (none: pages are asked for every 10 ms)' if none else ''}\n")

    def recovery(self, victim, began, fenced=True):
        """The timeline of a failover after which another node answers."""
        page = self.page_from(began, not_body=victim)
        answers = self.client.answers()
        line = Timeline(began)
        line.add("fault", began)
        line.add("membership change at the survivors", self.cluster.membership(began, victim))
        if fenced:
            asked = self.cluster.console(rf"fenced: \S+ of {victim} with fence device", began)
            done = self.cluster.console(rf"fenced: \S+ of {victim} is done", began)
            if not asked or not done:
                raise Failed(f"{victim} was not fenced, and yet {page[2]} answers")
            line.add("fencing asked", asked[0])
            line.add("fencing confirmed", done[0])
            if page[0] < done[0]:
                raise Failed(f"{page[2]} answered before the fencing of {victim} was confirmed")
        first = self.cluster.console(r"order \S+ start (vip|web) on (\S+)", began) or \
            self.cluster.console(r"start (vip|web) on (\S+)", began)
        line.add("first start ordered", first and first[0])
        other = answers.first_arp(began, answers.holder(began))
        line.add("VIP answers from another node", other and other[0])
        line.add(f"page answers from {page[2]}", page[1])
        line.show()
        return page[2]

    # ---- the steps

    def start(self):
        say("== three nodes with real corosync (knet, aes256, token 1000 ms), each its own namespaces")
        began = time.time()
        self.lab.up(3, build=self.build)
        self.cluster.settle(3, LIMIT)
        say(f"   three members and a DC after {ms(time.time() - began)}")
        say("\n== configuration, as typed into `crm configure`")
        say("\n".join("   " + line for line in CONFIGURATION.strip().splitlines()))
        began = time.time()
        self.client = Client(self.lab, VIP, f"{self.lab.folder}/log/client", f"{SOURCE}/tests/system/probe")
        self.cluster.configure()
        page = self.page_from(began)
        say(f"   page answers from {page[2]} {ms(page[1] - began)} after `commit` was typed\n")
        self.cluster.settle(3, LIMIT)

    def crash(self):
        node = self.active()
        say(f"== (a) nginx is killed on {node}: restarted in place")
        self.cluster.run(node, "pkill", "-9", "-x", "nginx")
        began = time.time()
        line = Timeline(began)
        line.add("fault: nginx killed", began)
        page = self.page_from(began)
        noticed = self.cluster.console(r"order \S+ (stop|start) web on", began) or \
            self.cluster.console(r"(stop|start) web on", began)
        line.add("monitor failed, recovery ordered", noticed and noticed[0])
        line.add(f"page answers from {page[2]}", page[1])
        line.show()
        if page[2] != node:
            raise Failed(f"the service moved to {page[2]}")
        self.close("(a) nginx killed, restarted in place", began)

    def move(self):
        source = self.active()
        target = next(n for n in self.lab.names() if n != source)
        say(f"== (b) crm resource move site {target}")
        began = time.time()
        self.cluster.crm("resource", "move", "site", target)
        page = self.page_from(began, body=target)
        line = Timeline(began)
        line.add("move typed", began)
        answers = self.client.answers()
        last = max((p[1] for p in answers.pages if p[2] == source), default=None)
        line.add(f"last page from {source}", last)
        other = answers.first_arp(began, answers.holder(began))
        line.add("VIP answers from another node", other and other[0])
        line.add(f"page answers from {target}", page[1])
        line.show()
        self.cluster.crm("resource", "clear", "site")
        self.close("(b) crm resource move", began)

    def power_loss(self):
        victim = self.active()
        say(f"== (c) power loss of the active node {victim}: fenced, service on another node")
        began = time.time()
        # As a plug that is pulled: the node is dark and stays so until the switch turns it on.
        self.lab.stay_off(True)
        self.lab.node(victim).kill()
        self.recovery(victim, began)
        self.close("(c) power loss of the active node", began)
        return victim

    def rejoin(self, node):
        holder = self.active()
        say(f"== (d) {node} boots and rejoins: nothing moves")
        self.lab.stay_off(False)
        began = time.time()
        self.lab.node(node).boot()
        self.cluster.settle(3, LIMIT)
        say(f"   {node} is a member and all is quiet after {ms(time.time() - began)}")
        if self.active() != holder:
            raise Failed(f"the service moved from {holder} to {self.active()}")
        self.close(f"(d) {node} boots and rejoins", began, none=True)

    def kill_crmd(self):
        dc = self.cluster.dc()
        pid = self.cluster.pid(dc, "crmd")
        say(f"== (e) SIGKILL for crmd of the DC, {dc}: no outage at all")
        began = time.time()
        self.cluster.run(dc, "kill", "-9", str(pid))
        while self.cluster.pid(dc, "crmd") in (None, pid):
            if time.time() - began > LIMIT:
                raise Failed(f"crmd on {dc} was not started again")
            time.sleep(0.02)
        say(f"   crmd runs again after {ms(time.time() - began)}")
        self.cluster.settle(3, LIMIT)
        say(f"   all joined and quiet after {ms(time.time() - began)}, DC is {self.cluster.dc()}")
        self.close("(e) DC's crmd killed", began, none=True)

    def cut_off(self):
        victim = self.active()
        others = [n for n in self.lab.names() if n != victim]
        say(f"== (f) {victim} is cut off from {' and '.join(others)}, not from the client: fenced, service moves")
        began = time.time()
        self.lab.fabric.cut(victim, others)
        self.recovery(victim, began)
        self.lab.fabric.heal()
        self.cluster.settle(3, LIMIT)   # the switch turned it on again
        self.close("(f) active node cut off from its peers", began)

    def end(self):
        answers = self.client.answers()
        self.client.stop()
        held = answers.two_holders()
        say("== crm status")
        say(self.cluster.crm("status").stdout)
        say(f"{'what happened':45} {'outage':>9}")
        for name, outage in self.table:
            say(f"{name:45} {ms(outage):>9}")
        say(f"\n{len(answers.pages)} pages and {len(answers.arps)} ARP replies; moments with two holders of {VIP}: "
            f"{len(held)}")
        if held:
            raise Failed(f"two nodes answered for {VIP}: {held[0][1]} and {held[0][2]}")

    def run(self):
        self.start()
        self.crash()
        self.move()
        self.rejoin(self.power_loss())
        self.kill_crmd()
        self.cut_off()
        self.end()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--keep", action="store_true", help="leave the cluster up")
    parser.add_argument("--dir", default=os.environ.get("MUSTER_LAB"), help="the lab's folder (a new one; /tmp/muster-lab with --keep)")
    parser.add_argument("--build", help="folder of a preset")
    options = parser.parse_args()
    # A folder of its own: a lab that somebody works in stays as it is.
    lab = Lab(options.dir or ("/tmp/muster-lab" if options.keep else tempfile.mkdtemp(prefix="muster-demo-")))
    demo = Demo(lab, options.build)
    failed = None
    try:
        demo.run()
    except (Failed, LabError) as error:
        failed = error
    except KeyboardInterrupt:
        failed = "interrupted"
    finally:
        if demo.client:
            demo.client.stop()
    if failed:
        print(f"\ndemo: FAILED: {failed}", file=sys.stderr)
    if options.keep and lab.settings:
        say(f"\nThe cluster is up. Go in and type:\n   {SOURCE}/tests/system/lab --dir {lab.folder} exec node1 crm status\n"
            f"   {SOURCE}/tests/system/lab --dir {lab.folder} exec node1 bash\nand in the end:\n"
            f"   {SOURCE}/tests/system/lab --dir {lab.folder} down")
    else:
        if failed and lab.settings:
            kept = "/tmp/muster-demo.failed"
            lab.keep_logs(kept)
            print(f"demo: logs are in {kept}", file=sys.stderr)
        lab.down()
        if os.path.isdir(lab.folder) and not os.listdir(lab.folder):  # made for a lab that did not come up
            os.rmdir(lab.folder)
    if not failed:
        say("demo: all held")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
