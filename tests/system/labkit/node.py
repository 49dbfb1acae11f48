"""One node: its own network, mounts, processes, host name and IPC; a disk that outlives a power loss."""
import os
import signal
import socket
import subprocess
import sys
import threading
import time

from . import host
from .host import LabError, mount, write

# Folders of which each node has its own, kept from boot to boot: what is written goes to the node's disk.
PERSISTENT = ["/etc", "/var/lib", "/var/log", "/usr/sbin", "/usr/lib/ocf"]


class Node:
    def __init__(self, lab, name):
        self.lab = lab
        self.name = name
        self.record = f"{lab.folder}/run/{name}.json"
        self.disk = f"{lab.folder}/disk/{name}"
        self.console = f"{lab.folder}/log/{name}.console"

    def locked(self):
        return host.locked(f"{self.lab.folder}/run/{self.name}.lock")

    def init(self):
        """[process id, start time] of the node's PID 1 as seen from here, or None when the node is off."""
        identity = host.load(self.record)
        return identity if host.alive(identity) else None

    def is_frozen(self):
        identity = self.init()
        if not identity:
            return False
        with open(f"/proc/{identity[0]}/stat") as file:
            return file.read().rpartition(")")[2].split()[0] == "T"

    # ---- power

    def boot(self):
        with self.locked():
            if self.init():
                return
            for folder in PERSISTENT:
                os.makedirs(f"{self.disk}{folder}", exist_ok=True)
                os.makedirs(f"{self.disk}/work{folder}", exist_ok=True)
            ready_read, ready_write = os.pipe()
            with open(self.console, "ab") as log:
                process = subprocess.Popen(
                    ["setsid", "--fork", "unshare", "--net", "--mount", "--pid", "--uts", "--ipc", "--fork",
                     *host.python(self.lab.program, "--dir", self.lab.folder, "_node", self.name, str(ready_write))],
                    stdin=subprocess.PIPE, stdout=log, stderr=log, pass_fds=[ready_write], cwd="/")
            os.close(ready_write)
            with open(ready_read) as ready:
                pid = ready.readline().strip()
            process.wait()              # of setsid only: the node is init's child, not ours
            if not pid:
                raise LabError(f"{self.name} did not boot, see {self.console}")
            host.save(self.record, host.identify(int(pid)))
            self.lab.fabric.plug_in(self.name, pid)
            process.stdin.write(b"go\n")
            process.stdin.close()

    def kill(self):
        """Power loss.  The network of a killed namespace answers ARP and ping until it is torn down: cable first."""
        with self.locked():
            self.lab.fabric.pull_out(self.name)
            host.end(host.load(self.record))
            self.lab.fabric.remove(self.name)
            if os.path.exists(self.record):
                os.unlink(self.record)

    def freeze(self, frozen):
        """Stops every process; new ones may appear while we look, so until nothing is left to stop."""
        identity = self.init() or self.off()
        wanted = signal.SIGSTOP if frozen else signal.SIGCONT
        seen = set()
        while fresh := set(host.namespace_pids(identity)) - seen:
            for pid in fresh:
                try:
                    os.kill(pid, wanted)
                except ProcessLookupError:
                    pass
            seen |= fresh

    def off(self):
        raise LabError(f"{self.name} is off")

    def enter(self, command):
        """The command line that runs a command inside."""
        pid = (self.init() or self.off())[0]
        return ["nsenter", "-t", str(pid), "-m", "-u", "-i", "-n", "-p", "--wd=/", "--",
                "env", f"PATH={self.lab.path()}", f"MUSTER_LAB={self.lab.folder}", *command]

    # ---- inside: PID 1

    def main(self, ready):
        """Lays the mounts, says that it is there, waits for its cable, starts the services, reaps for ever."""
        outside = os.readlink("/proc/self")     # the host's /proc still: our id out there
        self.lay_mounts()
        socket.sethostname(self.name)
        os.write(ready, f"{outside}\n".encode())
        os.close(ready)
        sys.stdin.readline()
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD})
        output, said = os.pipe()
        threading.Thread(target=stamp, args=(output,), daemon=True).start()
        subprocess.Popen(["/bin/sh", f"{self.lab.folder}/boot"], stdin=subprocess.DEVNULL, cwd="/", stdout=said,
                         stderr=said, env={"PATH": self.lab.path(), "LC_ALL": "C.UTF-8", "MUSTER_LAB": self.lab.folder},
                         preexec_fn=lambda: signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGCHLD}),
                         start_new_session=True)
        os.close(said)
        while True:
            signal.sigwait({signal.SIGCHLD})
            try:
                while os.waitpid(-1, os.WNOHANG)[0]:
                    pass
            except ChildProcessError:
                time.sleep(0.01)

    def lay_mounts(self):
        mount(None, "/", None, host.MS_REC | host.MS_PRIVATE)
        mount("proc", "/proc", "proc")
        for folder in PERSISTENT:
            mount("overlay", folder, "overlay", 0,
                  f"lowerdir={folder},upperdir={self.disk}{folder},workdir={self.disk}/work{folder}")
        # Under /run, so that user hacluster reaches the programs wherever the source lies (a home of root's is closed).
        shared = {"power": f"{self.lab.folder}/power", "source": self.lab.source}
        if build := self.lab.settings.get("build"):
            shared["build"] = build
        opened = {name: os.open(path, os.O_PATH) for name, path in shared.items()}
        mount("tmpfs", "/run", "tmpfs", 0, "mode=755,size=64m")
        for name, handle in opened.items():
            os.makedirs(f"{host.SHARED}/{name}")
            mount(f"/proc/self/fd/{handle}", f"{host.SHARED}/{name}", None, host.MS_BIND)
            os.close(handle)
        # What systemd-tmpfiles would make.
        for folder in ("/run/lock", "/run/corosync", "/run/resource-agents"):
            os.makedirs(folder, exist_ok=True)
        os.chmod("/run/lock", 0o1777)
        mount("tmpfs", "/dev/shm", "tmpfs", 0, "mode=1777,size=256m")
        mount("sysfs", "/sys", "sysfs")         # else /sys/class/net is the host's
        # A node that panics itself must not reboot this machine: sysrq knows no namespaces.
        if os.path.exists("/proc/sysrq-trigger"):
            mount("/dev/null", "/proc/sysrq-trigger", None, host.MS_BIND)


def stamp(source):
    """What the daemons say, each line with its time, to our own output: the console."""
    with open(source, errors="replace") as lines:
        for line in lines:
            print(f"{time.time():.4f} {line}", end="", flush=True)
