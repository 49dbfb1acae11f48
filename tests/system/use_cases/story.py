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

from labkit.lab import SOURCE, Lab  # noqa: E402
from labkit.muster import Cluster  # noqa: E402

VIP1, VIP2 = "10.77.0.100", "10.77.0.200"


# What every use case needs beside its own script.
BASIS = """property stonith-enabled=true no-quorum-policy=stop
primitive power stonith:fence_muster_lab params pcmk_host_check=dynamic-list op monitor interval=60s timeout=20s
"""


def script(name, **replacements):
    """The text of doc/use-cases/NAME with the lab's network, and more put in place of something."""
    with open(f"{SOURCE}/doc/use-cases/{name}") as file:
        text = file.read()
    for old, new in {"192.168.136.": "10.77.0.", **replacements}.items():
        if old not in text:
            raise ValueError(f"{name} has no \"{old}\"")
        text = text.replace(old, new)
    return text


class Story:
    """A cluster that follows one document."""

    def __init__(self, name, count, prepare=None):
        parser = argparse.ArgumentParser(description=f"follows a script of doc/use-cases ({name})")
        parser.add_argument("--build", help="folder of a preset with the programs to test")
        parser.add_argument("--keep", action="store_true", help="leave the cluster up at the end")
        self.options = parser.parse_args()
        self.name, self.count = name, count
        self.lab = Lab(tempfile.mkdtemp(prefix=f"muster-{name.lower()}-"))
        self.cluster = Cluster(self.lab)
        self.prepare = prepare
        self.processes = []

    def __enter__(self):
        self.say(f"{self.name}: {self.count} nodes")
        try:
            self.lab.up(self.count, 1000, build=self.options.build,
                        prepare=(lambda node: self.prepare(self, node)) if self.prepare else None)
            self.cluster.settle(self.count, 60)
        except BaseException:
            self.lab.down()
            raise
        return self

    def __exit__(self, kind, error, trace):
        for process in self.processes:
            process.kill()
            process.wait()
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
        began = time.monotonic()
        while True:
            value = condition()
            if value:
                self.say(f"   {(time.monotonic() - began) * 1000:6.0f} ms  {text}")
                return value
            if time.monotonic() - began > seconds:
                raise AssertionError(f"not seen within {seconds} s: {text}")
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
        self.cluster.settle(count or living, 60)

    def crm(self, *words, check=True, node=None):
        self.say(f"   $ crm {' '.join(words)}")
        return self.cluster.crm(*words, check=check, node=node)

    def run(self, node, *command, check=True):
        return self.cluster.run(node, *command, check=check)

    def background(self, node, *command):
        """A program on a node (or the client) for the rest of the story; its output in a file, whose path comes back."""
        path = f"{self.lab.folder}/log/background-{len(self.processes)}"
        with open(path, "w") as out:
            self.processes.append(subprocess.Popen(self.lab.command_line(node, list(command)), stdout=out, stderr=out))
        return path

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
        found = {}
        for _ in range(count):
            body = self.page(address)
            found[body] = found.get(body, 0) + 1
        return found
