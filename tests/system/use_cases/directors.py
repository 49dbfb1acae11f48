"""What E4 and E5 share: the article's real servers and directors on four nodes, in two forms.

--kernel: under a guest's kernel that has IPVS, direct routing as in the article: node3 and node4 are real servers with the virtual
addresses on lo.  Without: on this machine's kernel, with nftables (method NAT)."""
from story import VIP1, VIP2

# Name -> node, address, virtual address.
REAL = {"RS1": ("node3", "10.77.0.229", VIP1), "RS2": ("node4", "10.77.0.129", VIP1),
        "RS3": ("node3", "10.77.0.240", VIP2), "RS4": ("node4", "10.77.0.250", VIP2)}
DIRECTORS = {"node1": "LB1", "node2": "LB2"}


def prepare(s, names):
    for name in names:
        node, address, _ = REAL[name]
        s.run(node, "ip", "addr", "add", f"{address}/24", "dev", "eth0")
        start(s, name)
    for node, name in DIRECTORS.items():
        # Direct routing leaves the port alone; the nftables form asks for the sorry page at another.
        s.server(node, f"sorry on {name}", 80 if s.kernel else 8080)
        s.run(node, "sh", "-c", "echo 1 >/proc/sys/net/ipv4/ip_forward")


def start(s, name):
    node, address, virtual = REAL[name]
    s.server(node, name, f"{address}:80", f"{virtual}:80")


def stop(s, name):
    s.say(f"   # {name}'s web server is stopped")
    s.stop_server(REAL[name][0], name)


def form(s, text, groups, addresses):
    """The document's configuration in the form that this kernel can do, and what keeps each service where it belongs."""
    if not s.kernel:
        if "method=DR" not in text:
            raise ValueError("the document has no method=DR")
        lines = text.replace("method=DR", "method=NAT backend=nft").splitlines()
        text = "\n".join(line.replace("127.0.0.1:80", f"{VIP2 if 'lvs2' in line else VIP1}:8080") for line in lines) + "\n"
    for group in groups:
        text += "".join(f"location {group}-not-on-{n} {group} -inf: {n}\n" for n in ("node3", "node4"))
    if s.kernel:
        for number, address in enumerate(addresses, 1):
            text += f"primitive rs{number} ocf:muster:ipvs-realserver params ip={address} op monitor interval=10s timeout=20s\n"
            text += f"clone rs{number}-on-servers rs{number}\n"
            text += "".join(f"location rs{number}-not-on-{n} rs{number}-on-servers -inf: {n}\n" for n in DIRECTORS)
    return text


def table(s, node):
    """The director's table as the kernel tells it."""
    if s.kernel:
        return s.run(node, "ipvsadm", "-Ln", check=False).stdout
    return s.run(node, "nft", "list", "ruleset", check=False).stdout


def show_table(s, node):
    for line in table(s, node).splitlines():
        if s.kernel or "dnat" in line:
            s.say(f"   | {line.strip()}")


def has(s, node, name):
    return REAL[name][1] in table(s, node)
