"""The wire: a bridge in a namespace of its own, one port for each node, cuts by nftables, and a client on it."""
from .host import run

NETWORK = "10.77.0."
CLIENT_ADDRESS = NETWORK + "254"
RULES = """
table bridge lab {
    set cut { type ifname; }
    set pair { type ifname . ifname; }
    chain forward {
        type filter hook forward priority 0;
        iifname @cut drop
        oifname @cut drop
        iifname . oifname @pair drop
    }
}
"""


def number(node):
    return int(node.removeprefix("node"))


def address(node):
    return CLIENT_ADDRESS if node == "client" else f"{NETWORK}{number(node)}"


class Fabric:
    def __init__(self, lab_id):
        self.namespace = f"muster-{lab_id}-fabric"
        self.client = f"muster-{lab_id}-client"

    def ip(self, *lines, check=True):
        """Several `ip` commands in the fabric's namespace, in one process."""
        run("ip", "-n", self.namespace, "-batch", "-", stdin="\n".join(lines) + "\n", check=check)

    def nft(self, text, check=True):
        run("ip", "netns", "exec", self.namespace, "nft", "-f", "-", stdin=text, check=check)

    @staticmethod
    def port(node):
        return "client" if node == "client" else f"p{number(node)}"

    def up(self):
        run("ip", "netns", "add", self.namespace)
        run("ip", "netns", "add", self.client)
        self.ip("link add br0 type bridge forward_delay 0", "link set br0 up",
                f"link add client type veth peer name eth0 netns {self.client}", "link set client master br0 up")
        run("ip", "-n", self.client, "-batch", "-",
            stdin=f"link set lo up\naddr add {CLIENT_ADDRESS}/24 dev eth0\nlink set eth0 up\n")
        self.nft(RULES)

    def down(self):
        for namespace in (self.namespace, self.client):
            run("ip", "netns", "del", namespace, check=False)

    def plug_in(self, node, pid):
        """A new cable for a node that has just booted.  Its card keeps its address, as a real one does."""
        port, mac = self.port(node), f"02:00:00:00:00:{number(node):02x}"
        run("ip", "-n", self.namespace, "link", "del", port, check=False)
        self.ip(f"link add {port} type veth peer name eth0 address {mac} netns {pid}",
                f"link set {port} master br0 up")
        run("nsenter", "-t", str(pid), "-n", "ip", "-batch", "-",
            stdin=f"link set lo up\naddr add {address(node)}/24 dev eth0\nlink set eth0 up\n")

    def pull_out(self, node):
        run("ip", "-n", self.namespace, "link", "set", self.port(node), "down", check=False)

    def remove(self, node):
        run("ip", "-n", self.namespace, "link", "del", self.port(node), check=False)

    def cut(self, node, peers, one_way=False):
        """Drops silently what goes between node and its peers (one_way: only what comes from them); all if none."""
        port = self.port(node)
        if not peers:
            return self.nft(f"add element bridge lab cut {{ {port} }}")
        pairs = []
        for peer in peers:
            pairs.append(f"{self.port(peer)} . {port}")
            if not one_way:
                pairs.append(f"{port} . {self.port(peer)}")
        self.nft(f"add element bridge lab pair {{ {', '.join(pairs)} }}")

    def heal(self):
        self.nft("flush set bridge lab cut\nflush set bridge lab pair\n")
