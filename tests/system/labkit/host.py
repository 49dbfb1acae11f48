"""What the lab asks of this machine."""
import ctypes
import fcntl
import json
import os
import signal
import subprocess
import sys
from contextlib import contextmanager

LIBC = ctypes.CDLL(None, use_errno=True)
SHARED = "/run/muster-lab"    # inside a node: power/ (the switch), source/, build/
MS_BIND, MS_REC, MS_PRIVATE = 0x1000, 0x4000, 0x40000


class LabError(Exception):
    """Something the user can do something about; printed without a traceback."""


def run(*command, check=True, stdin=None):
    """A command whose failure says what it said."""
    done = subprocess.run(command, input=stdin, text=True, capture_output=True)
    if check and done.returncode != 0:
        raise LabError(f"{' '.join(command)}: {(done.stderr or done.stdout).strip()}")
    return done


def mount(source, target, kind=None, flags=0, data=None):
    encode = lambda text: text.encode() if text is not None else None
    if LIBC.mount(encode(source), encode(target), encode(kind), ctypes.c_ulong(flags), encode(data)) != 0:
        error = ctypes.get_errno()
        raise LabError(f"cannot mount {kind or source} on {target}: {os.strerror(error)}")


def write(path, text):
    with open(path, "w") as file:
        file.write(text)


def load(path, otherwise=None):
    try:
        with open(path) as file:
            return json.load(file)
    except FileNotFoundError:
        return otherwise


def save(path, value):
    write(path + ".new", json.dumps(value, indent=1))
    os.rename(path + ".new", path)


@contextmanager
def locked(path):
    """One at a time, across processes."""
    with open(path, "a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


# ---- processes: a process id alone may be somebody else's by now; with its start time it is one process of this boot

def start_time(pid):
    try:
        with open(f"/proc/{pid}/stat") as file:
            fields = file.read().rpartition(")")[2].split()
    except OSError:
        return None
    return None if fields[0] in "ZX" else int(fields[19])


def identify(pid):
    return [pid, start_time(pid)]


def alive(identity):
    return bool(identity) and identity[1] is not None and start_time(identity[0]) == identity[1]


def end(identity):
    """SIGKILL, and wait until it is gone.  Ending a pid namespace's PID 1 ends everything in it."""
    if not alive(identity):
        return
    pid, started = identity
    try:
        handle = os.pidfd_open(pid)
        if start_time(pid) == started:
            signal.pidfd_send_signal(handle, signal.SIGKILL)
    except ProcessLookupError:
        return
    while alive(identity):
        os.sched_yield()
    os.close(handle)


def namespace_pids(identity):
    """All processes that share the pid namespace of this one, itself included."""
    try:
        wanted = os.readlink(f"/proc/{identity[0]}/ns/pid")
    except OSError:
        return []
    found = []
    for name in os.listdir("/proc"):
        try:
            if name.isdigit() and os.readlink(f"/proc/{name}/ns/pid") == wanted:
                found.append(int(name))
        except OSError:
            pass
    return found


def require():
    """Says what is missing before anything is done."""
    if os.geteuid() != 0:
        raise LabError("the lab needs root: it makes namespaces, mounts and network interfaces")
    probe = subprocess.run(["unshare", "--net", "--mount", "--pid", "--uts", "--ipc", "--fork", "true"],
                           capture_output=True, text=True)
    if probe.returncode != 0:
        raise LabError(f"this kernel or container gives no namespaces: {probe.stderr.strip()}")
    for program, package in (("ip", "iproute2"), ("nft", "nftables"), ("corosync", "corosync"), ("nginx", "nginx-light")):
        if not any(os.access(f"{folder}/{program}", os.X_OK) for folder in ("/usr/sbin", "/usr/bin", "/sbin", "/bin")):
            raise LabError(f"{program} is not installed (Debian package {package})")


def python(script, *arguments):
    return [sys.executable, "-ES", script, *arguments]
