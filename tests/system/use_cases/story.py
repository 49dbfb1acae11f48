"""What the use cases share.  A document of doc/use-cases is executable: its blocks "```crm NAME" are typed into crm by the
test of the same name, which then does what the text says and waits to see what the text promises."""
import argparse
import os
import re
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.realpath(__file__)), ".."))

from labkit.lab import SOURCE, Lab  # noqa: E402
from labkit.muster import Cluster  # noqa: E402

VIP1, VIP2 = "10.77.0.100", "10.77.0.200"


def blocks(name):
    """Name -> text of the blocks of one language and name in a document."""
    with open(f"{SOURCE}/doc/use-cases/{name}.md") as file:
        return {found[1]: found[2] for found in re.finditer(r"^```\w+ (\S+)\n(.*?)^```$", file.read(), re.M | re.S)}


class Story:
    """A cluster that follows one document."""

    def __init__(self, name, count, prepare=None):
        parser = argparse.ArgumentParser(description=f"follows doc/use-cases/{name}.md")
        parser.add_argument("--build", help="folder of a preset with the programs to test")
        parser.add_argument("--keep", action="store_true", help="leave the cluster up at the end")
        self.options = parser.parse_args()
        self.name, self.count = name, count
        self.blocks = blocks(name)
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

    def type(self, block):
        text = self.blocks[block]
        self.say("\n".join(f"   crm(configure)# {line}" for line in text.strip().splitlines()))
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
