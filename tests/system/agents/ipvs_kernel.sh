#!/bin/bash
# Proves: ocf:muster:ipvs programs the kernel's IPVS (direct routing, weights, sorry server), ocf:muster:ipvs-realserver
# makes the real servers answer for the virtual address without claiming it, and both leave nothing.  Runs in a guest
# kernel that has IPVS.                                                      usage: ipvs_kernel.sh AGENT_FOLDER
set -u
here=$(cd "$(dirname "$0")" && pwd)
if [ "${1:-}" != inside ]; then
    exec "$here/../guest/run" --seconds 170 "$here/ipvs_kernel.sh" inside "$(readlink -f "$1")"
fi
agents=$2
failed=0
check() { if ! eval "$1"; then echo "FAILED: $1"; failed=1; fi; }

ip link add br0 type bridge forward_delay 0 && ip link set br0 up
for n in client:5 director:254 rs1:1 rs2:2; do
    name=${n%:*}
    ip netns add $name && ip link add v$name type veth peer name eth0 netns $name
    ip link set v$name master br0 up
    ip -n $name link set lo up; ip -n $name addr add 10.9.0.${n#*:}/24 dev eth0; ip -n $name link set eth0 up
done
serve() {  # NAME ADDRESS: an nginx that says its name
    cat >/tmp/$1.conf <<CONF
pid /tmp/$1.pid; error_log /tmp/$1.log; worker_processes 1; events { }
http { access_log off; server { listen $2:80; location / { return 200 "$1\n"; } } }
CONF
    ip netns exec ${3:-$1} nginx -c /tmp/$1.conf
}
serve rs1 0.0.0.0; serve rs2 0.0.0.0; serve sorry 0.0.0.0 director
ip -n director addr add 10.9.0.100/32 dev eth0

real() {  # NAMESPACE ACTION
    mkdir -p /tmp/state-$1
    HA_RSCTMP=/tmp/state-$1 OCF_RESKEY_ip=10.9.0.100 OCF_RESKEY_arp_interfaces="all lo" ip netns exec $1 "$agents/ipvs-realserver" "$2"
}
real rs1 start; check "[ $? = 0 ]"
real rs2 start; check "[ $? = 0 ]"
export HA_RSCTMP=/tmp OCF_RESOURCE_INSTANCE=web OCF_RESKEY_backend=ipvs OCF_RESKEY_method=DR OCF_RESKEY_scheduler=wrr
export OCF_RESKEY_virtual=10.9.0.100:80 OCF_RESKEY_sorry_server=127.0.0.1:80
export OCF_RESKEY_real="10.9.0.1:80 weight=2, 10.9.0.2:80"
export OCF_RESKEY_check="HTTP_GET path=/ status=200 connect_timeout=1 retry=1 delay_before_retry=0.1 delay_loop=0.3"
run() { ip netns exec director "$agents/ipvs" "$1"; }
pages() {
    local all
    all=$(ip netns exec client sh -c 'for i in 1 2 3 4 5 6 7 8 9; do curl -s --max-time 1 http://10.9.0.100/; done')
    echo "$(grep -c rs1 <<<"$all") $(grep -c rs2 <<<"$all") $(grep -c sorry <<<"$all")"
}
until_pages() {
    local seen
    for i in 1 2 3 4 5 6 7 8; do seen=$(pages); [ "$seen" = "$1" ] && return; sleep 0.3; done
    echo "FAILED: pages are $seen, expected $1"; failed=1
}

run monitor; check "[ $? = 7 ]"
run start; check "[ $? = 0 ]"
run monitor; check "[ $? = 0 ]"
until_pages "6 3 0"
table=$(ip netns exec director ipvsadm -Ln 2>/dev/null || ip netns exec director cat /proc/net/ip_vs)
echo "$table"
check 'grep -q wrr <<<"$table"'
check 'grep -Eq "Route +2 " <<<"$table"'
kill "$(cat /tmp/rs2.pid)"; until_pages "9 0 0"
serve rs2 0.0.0.0; until_pages "6 3 0"
kill "$(cat /tmp/rs1.pid)" "$(cat /tmp/rs2.pid)"; until_pages "0 0 9"
serve rs1 0.0.0.0; until_pages "9 0 0"
run stop; check "[ $? = 0 ]"
run monitor; check "[ $? = 7 ]"
check '! ip netns exec director grep -q TCP /proc/net/ip_vs'
real rs1 stop; check "[ $? = 0 ]"
check '! ip -n rs1 addr show lo | grep -q 10.9.0.100'
[ $failed = 0 ] && echo "ipvs (kernel): all well"
exit $failed
