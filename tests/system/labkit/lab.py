"""A lab as a whole: its folder, its nodes, its wire and its power switch."""
import hashlib
import os
import shutil
import subprocess

from . import cluster, host
from .fabric import Fabric
from .host import LabError
from .node import Node

SOURCE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.realpath(__file__)))))
PROGRAM = f"{SOURCE}/tests/system/lab"
MARK = "lab.json"


class Lab:
    def __init__(self, folder):
        self.program = PROGRAM
        self.folder = os.path.realpath(folder)
        self.source = SOURCE
        self.id = hashlib.sha256(self.folder.encode()).hexdigest()[:6]
        self.fabric = Fabric(self.id)
        self.settings = host.load(f"{self.folder}/{MARK}", {})

    def names(self):
        return [f"node{i}" for i in range(1, self.settings.get("nodes", 0) + 1)]

    def node(self, name):
        if name not in self.names():
            raise LabError(f"there is no node {name}: this lab has {' '.join(self.names()) or 'none (lab up N)'}")
        return Node(self, name)

    def path(self):
        own = f"{host.SHARED}/build/bin:" if self.settings.get("build") else ""
        return f"{own}/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

    def up(self, count, token=1000, daemons=cluster.MUSTERD, build=None, prepare=None):
        """daemons: what each node starts beside corosync; empty for nothing.  build: folder of a preset, None for the
        default, "" for none.  prepare(name) puts more on a node's disk before its first boot."""
        build = os.path.realpath(build) if build else default_build() if build is None else None
        if daemons is cluster.MUSTERD and (not build or not os.access(f"{build}/bin/musterd", os.X_OK)):
            raise LabError(f"no bin/musterd in {build or SOURCE + '/build/*'}: build it, or --no-muster")
        self.check_free()
        try:
            self.make(count, token, daemons, build, prepare)
        except BaseException:
            self.down(keep_files=True)
            raise

    def check_free(self):
        host.require()
        if self.settings and not self.on():  # a machine that was switched off left only files
            self.down()
            self.settings = {}
        if self.settings:
            raise LabError(f"there is a lab in {self.folder} already: lab down first, or another --dir")
        if os.path.isdir(self.folder) and os.listdir(self.folder):
            raise LabError(f"{self.folder} is not empty and no lab: choose another --dir")

    def on(self):
        """Whether anything of this lab runs: its power switch or a node."""
        switch = host.load(f"{self.folder}/run/power.json")
        return host.alive(switch) or any(self.node(name).init() for name in self.names())

    def make(self, count, token, daemons, build, prepare):
        for part in ("run", "disk", "log", "power"):
            os.makedirs(f"{self.folder}/{part}", exist_ok=True)
        os.chmod(self.folder, 0o755)
        self.settings = {"nodes": count, "token": token, "build": build}
        host.save(f"{self.folder}/{MARK}", self.settings)
        self.need_overlay()
        cluster.prepare(self, count, token, daemons, build)
        for name in self.names() if prepare else ():
            prepare(name)
        self.fabric.up()
        self.start_power()
        for name in self.names():
            self.node(name).boot()

    def need_overlay(self):
        """A disk on overlayfs (a container's) cannot carry another overlay: a tmpfs can."""
        kind = host.run("stat", "-f", "-c", "%T", f"{self.folder}/disk").stdout.strip()
        if kind in ("overlayfs", "overlay", "UNKNOWN (0x794c7630)"):
            host.mount("tmpfs", f"{self.folder}/disk", "tmpfs", 0, "mode=755")

    def start_power(self):
        read, write = os.pipe()
        with open(f"{self.folder}/log/power", "ab") as log:
            subprocess.run(["setsid", "--fork", *host.python(self.program, "--dir", self.folder, "_power", str(write))],
                           stdin=subprocess.DEVNULL, stdout=log, stderr=log, pass_fds=[write], cwd="/", check=True)
        os.close(write)
        with open(read) as ready:
            pid = ready.readline().strip()
        if not pid:
            raise LabError(f"the power switch did not start, see {self.folder}/log/power")
        host.save(f"{self.folder}/run/power.json", host.identify(int(pid)))

    def down(self, keep_files=False):
        if not os.path.exists(f"{self.folder}/{MARK}"):
            return
        host.end(host.load(f"{self.folder}/run/power.json"))
        for name in self.names():
            self.node(name).kill()
        self.fabric.down()
        host.run("umount", f"{self.folder}/disk", check=False)
        if not keep_files:
            shutil.rmtree(self.folder)
        else:
            os.unlink(f"{self.folder}/{MARK}")

    def keep_logs(self, target):
        """Consoles and logs of a lab that is about to go."""
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(f"{self.folder}/log", target)
        for name in self.names():
            shutil.copytree(f"{self.folder}/disk/{name}/var/log", f"{target}/{name}", dirs_exist_ok=True)

    def command_line(self, name, command):
        if name == "client":
            return ["ip", "netns", "exec", self.fabric.client, *command]
        return self.node(name).enter(command)

    def status(self):
        for name in self.names():
            node = self.node(name)
            identity = node.init()
            state = "off" if not identity else "paused" if node.is_frozen() else "on"
            count = len(host.namespace_pids(identity)) if identity else 0
            print(f"{name} {state} processes={count}")

    def lie(self, on):
        """The power switch says "done" and does nothing."""
        self.flag("lies", on)

    def stay_off(self, on):
        """What is rebooted by the switch stays off: for a power loss that lasts."""
        self.flag("stay-off", on)

    def flag(self, name, on):
        path = f"{self.folder}/power/{name}"
        if on:
            host.write(path, "")
        elif os.path.exists(path):
            os.unlink(path)


def default_build():
    for preset in ("release", "dev"):
        if os.access(f"{SOURCE}/build/{preset}/bin/musterd", os.X_OK):
            return f"{SOURCE}/build/{preset}"
    return None
