"""What the use cases share.  A script of doc/use-cases is typed into crm on a cluster of its own, with the lab's addresses
in place of the article's; then the test does what the page says and waits until it sees what the page promises."""
import argparse
import os
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.realpath(__file__)), ".."))

from labkit.host import SHARED  # noqa: E402
from labkit.lab import SOURCE, Lab  # noqa: E402
from labkit.muster import Cluster  # noqa: E402

VIP1, VIP2 = "10.77.0.100", "10.77.0.200"
SERVICE_NET = "10.78.0."


# What every use case needs beside its own script.
BASIS = """property stonith-enabled=true no-quorum-policy=stop
primitive power stonith:fence_muster_lab params pcmk_host_check=dynamic-list op monitor interval=60s timeout=20s
"""


LAB_NET = [("192.168.136.", "10.77.0.")]


def script(name, replacements=(), lab=LAB_NET):
    """The text of doc/use-cases/NAME with the lab's network, and more put in place of something."""
    with open(f"{SOURCE}/doc/use-cases/{name}") as file:
        text = file.read()
    for old, new in [*lab, *replacements]:
        if old not in text:
            raise ValueError(f"{name} has no \"{old}\"")
        text = text.replace(old, new)
    return text


def under_a_kernel_with_ipvs():
    """Runs this program again in a guest; does not return."""
    modules = "ip_vs ip_vs_rr ip_vs_wrr ip_vs_wlc nf_tables veth bridge overlay"
    guest = f"{SOURCE}/tests/system/guest/run"
    os.execv(guest, [guest, "--seconds", "580", "--memory", "900", "--modules", modules, os.path.realpath(sys.argv[0]), *sys.argv[1:],
                     "--inside"])


class Story:
    """A cluster that follows one document."""

    def __init__(self, name, count, prepare=None, kernel=False, before=None):
        parser = argparse.ArgumentParser(description=f"follows a script of doc/use-cases ({name})")
        parser.add_argument("--build", help="folder of a preset with the programs to test")
        parser.add_argument("--keep", action="store_true", help="leave the cluster up at the end")
        if kernel:
            parser.add_argument("--kernel", action="store_true", help="under a kernel of its own that has IPVS")
            parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
        self.options = parser.parse_args()
        if kernel and self.options.kernel and not self.options.inside:
            under_a_kernel_with_ipvs()
        self.kernel = kernel and self.options.kernel
        self.patience = 4 if self.kernel else 1     # a fork costs much more there
        self.name, self.count = name, count
        self.lab = Lab(tempfile.mkdtemp(prefix=f"muster-{name.lower()}-"))
        self.cluster = Cluster(self.lab)
        self.prepare, self.before = prepare, before     # of each node's disk; of the lab
        self.processes = []
        self.at_end = []        # what the story made beside the lab, to be undone
        self.web = {}           # web servers beside the cluster
        self.last_pages = None

    def __enter__(self):
        self.say(f"{self.name}: {self.count} nodes")
        try:
            if self.before:
                self.before(self)
            self.lab.up(self.count, 1000, build=self.options.build,
                        prepare=(lambda node: self.prepare(self, node)) if self.prepare else None)
            self.cluster.settle(self.count, 60 * self.patience)
        except BaseException:
            self.lab.down()
            raise
        return self

    def __exit__(self, kind, error, trace):
        for process in self.processes:
            process.kill()
            process.wait()
        for undo in self.at_end:
            undo()
        if kind:
            try:
                print(self.crm("status", check=False).stdout)
            except Exception as trouble:    # the cluster may be what is broken
                print(f"no status: {trouble}")
            kept = f"/tmp/muster-failed-{self.name}"
            self.lab.keep_logs(kept)
            print(f"FAILED: {error}\nlogs are in {kept}")
        if self.options.keep:
            print(f"the cluster stays: {self.lab.program} --dir {self.lab.folder} exec node1 bash; ... down")
        else:
            self.lab.down()
        return False

    # ---- telling

    def say(self, text):
        print(text, flush=True)

    def step(self, text):
        self.say(f"\n-- {text}")

    def see(self, text, condition, seconds=30):
        """Waits until the condition holds; tells how long it took."""
        seconds *= self.patience
        began = time.monotonic()
        while True:
            value = condition()
            if value:
                self.say(f"   {(time.monotonic() - began) * 1000:6.0f} ms  {text}")
                return value
            if time.monotonic() - began > seconds:
                pages = f" (pages at last: {self.last_pages})" if self.last_pages else ""
                raise AssertionError(f"not seen within {seconds} s: {text}{pages}")
            time.sleep(0.05)

    def never(self, text, condition, seconds=2):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if condition():
                raise AssertionError(f"seen, but must not be: {text}")
            time.sleep(0.1)
        self.say(f"   for {seconds} s not: {text}")

    # ---- doing

    def type(self, text):
        self.say("\n".join(f"   crm(configure)# {line}" for line in text.strip().splitlines() if not line.startswith("#")))
        self.cluster.configure(text + "commit\n")
        self.settle()

    def settle(self, count=None):
        living = sum(1 for n in self.lab.names() if self.lab.node(n).init())
        self.cluster.settle(count or living, 60 * self.patience)

    def crm(self, *words, check=True, node=None):
        self.say(f"   $ crm {' '.join(words)}")
        return self.cluster.crm(*words, check=check, node=node)

    def run(self, node, *command, check=True, stdin=None):
        return self.cluster.run(node, *command, check=check, stdin=stdin)

    @staticmethod
    def source_in_node():
        return f"{SHARED}/source"

    def background(self, node, *command):
        """A program on a node (or the client) for the rest of the story; its output in a file, whose path comes back."""
        path = f"{self.lab.folder}/log/background-{len(self.processes)}"
        with open(path, "w") as out:
            self.processes.append(subprocess.Popen(self.lab.command_line(node, list(command)), stdout=out, stderr=out))
        return path

    def server(self, node, text, *listen):
        """A web server of the article's kind on a node, managed by nobody: answers every page with a text.  listen: ports or
        addresses with a port; an address may come later (a virtual one)."""
        name = "web-" + text.replace(" ", "-")
        where = " ".join(f"listen {each};" for each in listen)
        self.run(node, "sh", "-c", f"""echo 1 >/proc/sys/net/ipv4/ip_nonlocal_bind
cat >/run/{name}.conf && nginx -c /run/{name}.conf""", stdin=f"""pid /run/{name}.pid;
worker_processes 1;
error_log /var/log/nginx/{name}.log;
events {{ }}
http {{ access_log off; server {{ {where} location / {{ return 200 "{text}\\n"; }} }} }}
""")

    def stop_server(self, node, text):
        name = "web-" + text.replace(" ", "-")
        self.run(node, "sh", "-c", f"kill $(cat /run/{name}.pid); while [ -e /run/{name}.pid ]; do sleep 0.02; done")

    def plug_in_more(self, node, pid):
        """A second network card, eth1, on the services' own network; its cable is pulled by `cable`."""
        number = node.removeprefix("node")
        self.lab.fabric.ip(f"link del s{number}", check=False)
        self.lab.fabric.ip(f"link add s{number} type veth peer name eth1 netns {pid}", f"link set s{number} master br0 up")
        subprocess.run(["nsenter", "-t", str(pid), "-n", "ip", "-batch", "-"], text=True, check=True,
                       input=f"addr add {SERVICE_NET}{number}/24 dev eth1\nlink set eth1 up\n")

    def cable(self, node, plugged):
        self.say(f"   # the cable of {node}'s eth1 is {'plugged in' if plugged else 'pulled out'}")
        self.lab.fabric.ip(f"link set s{node.removeprefix('node')} {'up' if plugged else 'down'}")

    # ---- seeing

    def living(self):
        return [n for n in self.lab.names() if self.lab.node(n).init()]

    def holders(self, address):
        """Nodes that have the address now."""
        return [n for n in self.living() if f" {address}/" in self.run(n, "ip", "-4", "-o", "addr", check=False).stdout]

    def on(self, address, node):
        return lambda: self.holders(address) == [node]

    def page(self, address, port=80):
        done = self.run("client", "curl", "-s", "--max-time", "1", f"http://{address}:{port}/", check=False)
        return done.stdout.strip()

    def pages(self, address, count=30):
        """Body -> how often, of so many requests in a row."""
        done = self.run("client", "curl", "-s", "--max-time", "1", "-H", "Connection: close", f"http://{address}/?[1-{count}]", check=False)
        found = {}
        for body in done.stdout.splitlines():
            found[body] = found.get(body, 0) + 1
        if missing := count - sum(found.values()):
            found[""] = missing     # unanswered
        self.last_pages = found
        return found
