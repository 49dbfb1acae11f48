"""What E4 and E5 share: two directors (node1, node2) and the article's real servers, which are machines of their own beside the
cluster, in two forms.

--kernel: under a guest's kernel that has IPVS, direct routing as in the article: the real servers have the virtual address on
lo.  Without: on this machine's kernel, with nftables (method NAT)."""
import os
import subprocess

from labkit import host
from story import VIP1, VIP2

# Name -> address, virtual address.
REAL = {"RS1": ("10.77.0.229", VIP1), "RS2": ("10.77.0.129", VIP1), "RS3": ("10.77.0.240", VIP2), "RS4": ("10.77.0.250", VIP2)}
DIRECTORS = {"node1": "LB1", "node2": "LB2"}


def network_of(s, name):
    return f"muster-{s.lab.id}-{name}"


def prepare(s, names):
    """Real servers and sorry pages."""
    for name in names:
        network, (address, virtual) = network_of(s, name), REAL[name]
        host.run("ip", "netns", "add", network)
        s.at_end.append(lambda network=network: host.run("ip", "netns", "del", network, check=False))
        s.lab.fabric.ip(f"link add {name} type veth peer name eth0 netns {network}", f"link set {name} master br0 up")
        host.run("ip", "-n", network, "-batch", "-", stdin=f"link set lo up\naddr add {address}/24 dev eth0\nlink set eth0 up\n")
        if s.kernel:
            be_real_server(s, network, virtual)
        start(s, name)
    for node, name in DIRECTORS.items():
        # Direct routing leaves the port alone; the nftables form asks for the sorry page at another.
        s.server(node, f"sorry on {name}", 80 if s.kernel else 8080)
        s.run(node, "sh", "-c", "echo 1 >/proc/sys/net/ipv4/ip_forward")


def be_real_server(s, network, virtual):
    """As an init script would, outside the cluster: the agent's own start."""
    state = f"{s.lab.folder}/{network}"
    os.makedirs(state)
    agent = f"{s.lab.settings['build']}/ocf/resource.d/muster/ipvs-realserver"
    host.run("env", f"HA_RSCTMP={state}", f"OCF_RESKEY_ip={virtual}", "ip", "netns", "exec", network, agent, "start")


def start(s, name):
    s.say(f"   # {name}'s web server is started")
    stem = f"{s.lab.folder}/web-{name}"
    host.write(f"{stem}.conf", f"""daemon off;
worker_processes 1;
pid {stem}.pid;
error_log {stem}.log;
events {{ }}
http {{ access_log off; server {{ listen 80; location / {{ return 200 "{name}\\n"; }} }} }}
""")
    command = ["ip", "netns", "exec", network_of(s, name), "nginx", "-e", f"{stem}.log", "-c", f"{stem}.conf"]
    s.web[name] = subprocess.Popen(command, stdin=subprocess.DEVNULL)
    s.at_end.insert(0, lambda process=s.web[name]: end(process))


def end(process):
    process.terminate()     # a second time does no harm
    process.wait()


def stop(s, name):
    s.say(f"   # {name}'s web server is stopped")
    end(s.web.pop(name))


def form(s, text):
    """The document's configuration in the form that this kernel can do."""
    if s.kernel:
        return text
    if "method=DR" not in text:
        raise ValueError("the document has no method=DR")
    lines = text.replace("method=DR", "method=NAT backend=nft").splitlines()
    return "\n".join(line.replace("127.0.0.1:80", f"{VIP2 if 'lvs2' in line else VIP1}:8080") for line in lines) + "\n"


def table(s, node):
    """The director's table as the kernel tells it."""
    if s.kernel:
        return s.run(node, "ipvsadm", "-Ln", check=False).stdout
    return s.run(node, "nft", "list", "ruleset", check=False).stdout


def show_table(s, node):
    lines = [line.strip() for line in table(s, node).splitlines() if s.kernel or "dnat" in line]
    for line in dict.fromkeys(lines):
        s.say(f"   | {line}")


def has(s, node, name):
    return REAL[name][0] in table(s, node)
