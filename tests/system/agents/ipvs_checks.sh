#!/bin/bash
# Proves: each health check of ocf:muster:ipvs tells a server that is well from one that is not, and says why; a service over UDP
# is shared out; the hooks of the quorum and of the stop run.                           usage: ipvs_checks.sh AGENT_FOLDER
set -u
if [ "${1:-}" != inside ]; then
    [ "$(id -u)" = 0 ] || { echo "ipvs_checks: needs root"; exit 1; }
    exec timeout -s KILL 90 unshare --net --mount --pid --fork --mount-proc "$0" inside "$1"
fi
agent=$2/ipvs
failed=0
work=$(mktemp -d) && mount -t tmpfs tmpfs "$work"
trap 'umount "$work"; rmdir "$work"' EXIT
check() { if ! eval "$1"; then echo "FAILED: $1"; failed=1; fi; }
ip link set lo up
echo 1 >/proc/sys/net/ipv4/ip_forward
ip addr add 10.9.0.100/24 dev lo && ip addr add 10.9.0.1/24 dev lo

# What the servers do: pages by virtual host and by who asks, the same over TLS, mail, and UDP.
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 1 -subj /CN=shop.example \
    -keyout "$work/key.pem" -out "$work/cert.pem" 2>/dev/null
cat >"$work/servers.py" <<'PY'
import http.server, socket, socketserver, ssl, sys, threading

class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        text = {"/host": self.headers["Host"], "/from": self.client_address[0]}.get(self.path, "hello world")
        self.send_response(503 if self.path == "/broken" else 204 if self.path == "/empty" else 200)
        self.end_headers()
        if self.path != "/empty":
            self.wfile.write(text.encode())
    def log_message(self, *_): pass

class Mail(socketserver.StreamRequestHandler):
    def handle(self):
        self.wfile.write(b"220 mail\r\n")
        for line in self.rfile:
            word = line.split()[0].upper()
            ok = word not in (b"EHLO", b"HELO") or b"lb1.example" in line
            self.wfile.write(b"250 ok\r\n" if ok else b"550 who are you\r\n")
            if word == b"QUIT": return

class Echo(socketserver.BaseRequestHandler):
    def handle(self): self.request[1].sendto(b"%d" % self.server.server_address[1], self.client_address)

def run(server): threading.Thread(target=server.serve_forever, daemon=True).start()
class Threads(socketserver.ThreadingMixIn, socketserver.TCPServer): allow_reuse_address = daemon_threads = True
run(http.server.ThreadingHTTPServer(("", 8001), Page))
tls = http.server.ThreadingHTTPServer(("", 8002), Page)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(sys.argv[1] + "/cert.pem", sys.argv[1] + "/key.pem")
tls.socket = context.wrap_socket(tls.socket, server_side=True)
run(tls)
run(Threads(("", 8003), Mail))
for port in 8004, 8005: run(socketserver.UDPServer(("10.9.0.1", port), Echo))
mute = socket.create_server(("", 8006))
open(sys.argv[1] + "/ready", "w").close()
threading.Event().wait()
PY
python3 "$work/servers.py" "$work" & servers=$!
for i in $(seq 100); do [ -e "$work/ready" ] && break; sleep 0.05; done
[ -e "$work/ready" ] || { echo "FAILED: the servers do not come up"; exit 1; }

export HA_RSCTMP=$work OCF_RESKEY_backend=nft OCF_RESKEY_virtual=10.9.0.100:80
md5=$(printf 'hello world' | md5sum | cut -d' ' -f1)
times="connect_timeout=0.5 retry=0 delay_loop=0.2"
n=0
# verdict up|down WORDS-OF-ITS-REASON CHECK...: a service with one server, checked in this way
verdict() {
    local want=$1 words=$2 said
    shift 2
    n=$((n + 1))
    export OCF_RESOURCE_INSTANCE=c$n OCF_RESKEY_real="10.9.0.1:8001" OCF_RESKEY_check="$* $times"
    "$agent" start || { echo "FAILED: $*: start gave $?"; failed=1; return; }
    for i in $(seq 40); do said=$("$agent" servers); grep -q "server 10.9.0.1:8001 $want .*$words" <<<"$said" && break; sleep 0.1; done
    said=$(grep '^server' <<<"$said")
    if grep -q "server 10.9.0.1:8001 $want .*$words" <<<"$said"; then echo "ok   $*: ${said#server }"
    else echo "FAILED: $*: \"$said\", expected $want ... $words"; failed=1; fi
    "$agent" stop || { echo "FAILED: $*: stop gave $?"; failed=1; }
}
verdict up "status 200" HTTP_GET path=/
verdict down "status 503" HTTP_GET path=/broken
verdict up "status 503" HTTP_GET path=/broken status=404/503
verdict down "status 200" HTTP_GET path=/ status=204
verdict up "status 204" HTTP_GET path=/empty status=200/204
verdict up "status 200" HTTP_GET path=/ digest=$md5
verdict down "digest $md5" HTTP_GET path=/ digest=00000000000000000000000000000000
verdict up "status 200" HTTP_GET path=/ "regex='^hel+o w'"
verdict down "does not match" HTTP_GET path=/ regex=goodbye
verdict up "status 200" HTTP_GET path=/host virtualhost=shop.example regex=^shop.example
verdict down "does not match" HTTP_GET path=/host regex=^shop.example
verdict up "status 200" HTTP_GET path=/from bindto=10.9.0.100 regex=^10.9.0.100
verdict up "status 200" SSL_GET path=/ connect=10.9.0.1:8002 digest=$md5
verdict down "" SSL_GET path=/ connect=10.9.0.1:8001
verdict down "" HTTP_GET path=/ connect=10.9.0.1:8006
verdict up "answers" TCP_CHECK
verdict up "answers" TCP_CHECK connect=10.9.0.1:8006
verdict down "" TCP_CHECK connect=10.9.0.1:8009
verdict up "answers" SMTP_CHECK connect=10.9.0.1:8003 helo_name=lb1.example
verdict down "" SMTP_CHECK connect=10.9.0.1:8003 helo_name=stranger
verdict down "" SMTP_CHECK connect=10.9.0.1:8006
verdict up "exit 0" MISC_CHECK misc_path=true
verdict down "exit 5" MISC_CHECK "misc_path='exit 5'"
verdict up "exit 5" MISC_CHECK "misc_path='exit 5'" misc_dynamic=true
verdict down "timed out" MISC_CHECK "misc_path='sleep 60'"

# Over UDP, two servers; and the hooks.
export OCF_RESOURCE_INSTANCE=dns OCF_RESKEY_protocol=udp OCF_RESKEY_scheduler=rr OCF_RESKEY_omega=true
export OCF_RESKEY_real="10.9.0.1:8004 notify_down='echo one >>$work/down', 10.9.0.1:8005 notify_down='echo two >>$work/down'"
export OCF_RESKEY_check="MISC_CHECK misc_path='test -e $work/up' $times"
export OCF_RESKEY_quorum=2 OCF_RESKEY_quorum_up="echo up >>$work/quorum" OCF_RESKEY_quorum_down="echo down >>$work/quorum"
: >"$work/up"
"$agent" start; check "[ $? = 0 ]"
ask() { python3 - <<'PY'
import socket
seen = set()
for _ in range(20):
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.settimeout(1)
    s.sendto(b"?", ("10.9.0.100", 80))
    try: seen.add(s.recv(10).decode())
    except OSError: pass
print(*sorted(seen))
PY
}
check '[ "$(ask)" = "8004 8005" ]'
rm "$work/up"; sleep 0.5
check 'grep -q down "$work/quorum"'
: >"$work/up"; sleep 0.8
check '[ "$(tail -n 1 "$work/quorum")" = up ]'
rm -f "$work/down"
"$agent" stop; check "[ $? = 0 ]"
check '[ "$(sort "$work/down" | tr "\n" " ")" = "one two " ]'     # omega
check '! nft list ruleset | grep -q muster_ipvs'
kill $servers
[ $failed = 0 ] && echo "ipvs checks: all well"
exit $failed
