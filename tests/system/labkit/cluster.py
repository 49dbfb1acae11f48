"""What a node finds on its disk at first boot, and what it starts."""
import os
import shutil

from . import fabric
from .host import SHARED, run, write


def corosync_conf(names, token, extra=""):
    nodes = "".join(f"    node {{\n        name: {n}\n        nodeid: {fabric.number(n)}\n"
                    f"        ring0_addr: {fabric.address(n)}\n    }}\n" for n in names)
    two_node = "    two_node: 1\n" if len(names) == 2 else ""
    return f"""totem {{
    version: 2
    cluster_name: lab
    transport: knet
    token: {token}
    # Without this corosync adds 650 ms for each node above two.
    token_coefficient: 0
    # As in the example that is installed; the peer has the same.
    seqno_unchanged_const: 1
    crypto_cipher: aes256
    crypto_hash: sha256
{extra}}}
quorum {{
    provider: corosync_votequorum
{two_node}}}
logging {{
    to_stderr: no
    to_syslog: no
    to_logfile: yes
    logfile: /var/log/corosync/corosync.log
    timestamp: hires
}}
nodelist {{
{nodes}}}
"""


# Answers every page with the node's name.
NGINX_CONF = """worker_processes 1;
pid /run/nginx.pid;
error_log /var/log/nginx/error.log;
events { worker_connections 256; }
http {
    access_log off;
    server { listen 80; location / { return 200 "$hostname\\n"; } }
    server {
        listen 80;
        server_name localhost;
        location /nginx_status { stub_status; }
        location / { return 200 "$hostname\\n"; }
    }
}
"""

# Runs inside a node when it has power and its cable: what systemd would start.
BOOT = """ulimit -l unlimited 2>/dev/null
corosync || exit 1
{daemons}
"""

# musterd and all it starts come from the build folder, not from an installation; its environment is what systemd would read.
MUSTERD = f"set -a; [ ! -r /etc/default/muster ] || . /etc/default/muster; set +a\nexec {SHARED}/build/bin/musterd --lrmd-options='--helpers {SHARED}/build/bin/classic'"


def install_agents(source, build, disk):
    """Where everybody looks for agents, the node finds ours beside Debian's."""
    os.makedirs(f"{disk}/usr/sbin", exist_ok=True)
    shutil.copy(f"{source}/agents/fence/fence_muster_lab", f"{disk}/usr/sbin/")
    if build and os.path.isdir(f"{build}/ocf"):
        shutil.copytree(f"{build}/ocf", f"{disk}/usr/lib/ocf", dirs_exist_ok=True)


def prepare(lab, count, token, daemons, build):
    """Files of a new lab: one corosync key for all, a disk for each node, the boot script."""
    key = f"{lab.folder}/authkey"
    run("corosync-keygen", "-l", "-k", key)
    names = [f"node{i}" for i in range(1, count + 1)]
    hosts = "127.0.0.1 localhost\n" + "".join(f"{fabric.address(n)} {n}\n" for n in [*names, "client"])
    passwd, group = accounts()
    for name in names:
        etc = f"{lab.folder}/disk/{name}/etc"
        os.makedirs(f"{etc}/corosync/uidgid.d")
        write(f"{etc}/corosync/corosync.conf", corosync_conf(names, token))
        shutil.copy(key, f"{etc}/corosync/authkey")
        # crmd runs as hacluster and speaks to corosync; group haclient does not (it would open all of corosync).
        write(f"{etc}/corosync/uidgid.d/muster", "uidgid {\n    uid: hacluster\n}\n")
        write(f"{etc}/hosts", hosts)
        write(f"{etc}/hostname", name + "\n")
        write(f"{etc}/passwd", passwd)
        write(f"{etc}/group", group)
        write(f"{etc}/nginx-lab.conf", NGINX_CONF)
        install_agents(lab.source, build, f"{lab.folder}/disk/{name}")
        for folder in ("corosync", "nginx", "cluster"):
            os.makedirs(f"{lab.folder}/disk/{name}/var/log/{folder}", exist_ok=True)
        os.makedirs(f"{lab.folder}/disk/{name}/var/lib/corosync", exist_ok=True)
    write(f"{lab.folder}/boot", BOOT.format(daemons=daemons))


def accounts():
    """The host's accounts and, where they are missing, hacluster and haclient: no account is made on the host."""
    with open("/etc/passwd") as file:
        passwd = file.read()
    with open("/etc/group") as file:
        group = file.read()
    gid = next((line.split(":")[2] for line in group.splitlines() if line.startswith("haclient:")), None)
    if gid is None:
        gid = free_id(group)
        group += f"haclient:x:{gid}:\n"
    if not any(line.startswith("hacluster:") for line in passwd.splitlines()):
        passwd += f"hacluster:x:{free_id(passwd)}:{gid}::/var/lib/muster:/usr/sbin/nologin\n"
    return passwd, group


def free_id(table):
    used = {int(line.split(":")[2]) for line in table.splitlines() if line.count(":") >= 2}
    return next(i for i in range(899, 100, -1) if i not in used)

