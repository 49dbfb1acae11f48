#!/bin/bash
# Proves: the director ocf:muster:ipvs in its nftables form shares connections out by weight, takes failed servers out and
# back, brings in the sorry server, runs the hooks, and leaves nothing.  The form with the kernel's IPVS is tested in a
# guest kernel that has it (ipvs_kernel.sh).                                  usage: ipvs_nft.sh AGENT_FOLDER
set -u
if [ "${1:-}" != inside ]; then
    [ "$(id -u)" = 0 ] || { echo "ipvs_nft: needs root"; exit 1; }
    exec unshare --net --mount --pid --fork --mount-proc "$0" inside "$1" nft
fi
agent=$2/ipvs
backend=$3
failed=0
work=$(mktemp -d) && mount -t tmpfs tmpfs "$work"
mount -t tmpfs tmpfs /run 2>/dev/null && mkdir -p /run/netns
cleanup() { for n in c rs1 rs2; do ip netns del $n 2>/dev/null; done; umount "$work"; rmdir "$work"; }
trap cleanup EXIT
check() { if ! eval "$1"; then echo "FAILED ($backend): $1"; failed=1; fi; }

# One bridge here, in the director; client and servers in namespaces of their own.
ip link set lo up
ip link add br0 type bridge && ip addr add 10.9.0.254/24 dev br0 && ip addr add 10.9.0.100/24 dev br0 && ip link set br0 up
echo 1 >/proc/sys/net/ipv4/ip_forward
for n in c:5 rs1:1 rs2:2; do
    name=${n%:*} ip=10.9.0.${n#*:}
    ip netns add $name && ip link add v$name type veth peer name eth0 netns $name
    ip link set v$name master br0 up
    ip netns exec $name sh -c "ip link set lo up; ip addr add $ip/24 dev eth0; ip link set eth0 up"
done
serve() {  # NAMESPACE TEXT PORT
    mkdir -p "$work/$2" && echo "$2" >"$work/$2/index.html"
    ip netns exec "$1" python3 -m http.server --directory "$work/$2" "$3" >/dev/null 2>&1 &
    echo $! >"$work/$2.pid"
}
serve rs1 rs1 80; serve rs2 rs2 80
mkdir -p "$work/sorry" && echo sorry >"$work/sorry/index.html"
python3 -m http.server --bind 10.9.0.254 --directory "$work/sorry" 8080 >/dev/null 2>&1 & sorry_pid=$!
for i in $(seq 50); do ip netns exec c curl -sf http://10.9.0.1/ >/dev/null && ip netns exec c curl -sf http://10.9.0.2/ >/dev/null && break; sleep 0.1; done

export HA_RSCTMP=$work OCF_RESOURCE_INSTANCE=web OCF_RESKEY_backend=$backend
export OCF_RESKEY_virtual=10.9.0.100:80 OCF_RESKEY_scheduler=wrr OCF_RESKEY_sorry_server=10.9.0.254:8080
export OCF_RESKEY_real="10.9.0.1:80 weight=2 notify_down='echo rs1 >>$work/down', 10.9.0.2:80 weight=1 notify_up='echo rs2 >>$work/up'"
export OCF_RESKEY_check="HTTP_GET path=/ status=200 connect_timeout=1 retry=1 delay_before_retry=0.1 delay_loop=0.2"
run() { "$agent" "$1"; }
# 30 pages from the client: "RS1 RS2 SORRY" counts.
pages() {
    local all
    all=$(for i in $(seq 30); do ip netns exec c curl -s --max-time 2 http://10.9.0.100/; done)
    echo "$(grep -c rs1 <<<"$all") $(grep -c rs2 <<<"$all") $(grep -c sorry <<<"$all")"
}
until_pages() {  # WANTED: within 5 s
    for i in $(seq 10); do [ "$(pages)" = "$1" ] && return; sleep 0.3; done
    echo "FAILED ($backend): pages are $(pages), expected $1"; failed=1
}

run monitor; check "[ $? = 7 ]"
run stop; check "[ $? = 0 ]"
run start; check "[ $? = 0 ]"
run start; check "[ $? = 0 ]"
run monitor; check "[ $? = 0 ]"
until_pages "20 10 0"
kill "$(cat "$work/rs2.pid")"; until_pages "30 0 0"
serve rs2 rs2 80; until_pages "20 10 0"
check 'grep -q rs2 "$work/up"'
kill "$(cat "$work/rs1.pid")"; until_pages "0 30 0"
check 'grep -q rs1 "$work/down"'
check 'run servers | grep -q "server 10.9.0.1:80 down"'
said=$(OCF_RESKEY_CRM_meta_interval=1000 run monitor 2>&1); check "[ $? = 190 ]"
check 'grep -q "ocf-exit-reason:1 of 2 servers down: 10.9.0.1:80 (" <<<"$said"'
kill "$(cat "$work/rs2.pid")"; until_pages "0 0 30"
serve rs1 rs1 80; until_pages "30 0 0"; serve rs2 rs2 80; until_pages "20 10 0"
OCF_RESKEY_CRM_meta_interval=1000 run monitor; check "[ $? = 0 ]"
kill "$(cat "$work/rs2.pid")"; until_pages "30 0 0"
kill -9 "$(cat "$work/muster-ipvs-web.pid")"; sleep 0.1
said=$(run monitor 2>&1); check "[ $? = 1 ]"
check 'grep -q "has died" <<<"$said"'
run start; check "[ $? = 0 ]"
until_pages "30 0 0"
run stop; check "[ $? = 0 ]"
run monitor; check "[ $? = 7 ]"
[ "$backend" = nft ] && check '! nft list ruleset | grep -q muster_ipvs'
check '! ls "$work"/muster-ipvs-* >/dev/null 2>&1'
OCF_RESKEY_scheduler=best "$agent" start >/dev/null 2>&1; check "[ $? = 6 ]"
OCF_RESKEY_check="MISC_CHECK misc_path='exit 5' misc_dynamic=true delay_loop=0.2" run start; check "[ $? = 0 ]"
sleep 0.5; check 'run servers | grep -q "weight 3"'
run stop
kill "$(cat "$work/rs1.pid")" $sorry_pid
[ $failed = 0 ] && echo "ipvs ($backend): all well"
exit $failed
