#!/bin/bash
# Proves: with the kernel's IPVS, every scheduler that the kernel has serves pages, and one that it lacks is named; NAT, TUN,
# IPv6, UDP and persistence carry traffic.  Runs in a guest kernel that has IPVS.   usage: ipvs_kernel_forms.sh AGENT_FOLDER
set -u
here=$(cd "$(dirname "$0")" && pwd)
if [ "${1:-}" != inside ]; then
    modules="ip_vs ip_vs_rr ip_vs_wrr ip_vs_lc ip_vs_wlc ip_vs_lblc ip_vs_lblcr ip_vs_dh ip_vs_sh ip_vs_mh ip_vs_fo ip_vs_ovf
        ip_vs_sed ip_vs_nq veth bridge ipip"
    exec "$here/../guest/run" --modules "$modules" --seconds 500 "$here/ipvs_kernel_forms.sh" inside "$(readlink -f "$1")"
fi
agents=$2
. "$here/ipvs_guest.sh"
wire
serve rs1; serve rs2
# NAT: answers go back through the director, though it is not the shortest way on this wire.
ip netns exec director sh -c 'echo 1 >/proc/sys/net/ipv4/ip_forward; echo 1 >/proc/sys/net/ipv6/conf/all/forwarding
    echo 0 >/proc/sys/net/ipv4/conf/all/send_redirects; echo 0 >/proc/sys/net/ipv4/conf/eth0/send_redirects'
for n in rs1 rs2; do
    ip netns exec $n sh -c 'echo 0 >/proc/sys/net/ipv6/conf/eth0/accept_redirects'
    printf 'route add %s\n' "10.9.0.5/32 via 10.9.0.254" "fd09::5/128 via fd09::254" | ip -n $n -batch -
done
export OCF_RESKEY_virtual=10.9.0.100:80 OCF_RESKEY_real="10.9.0.1:80, 10.9.0.2:80" OCF_RESKEY_method=NAT OCF_RESKEY_check=TCP_CHECK

for scheduler in rr wrr lc wlc lblc lblcr sh mh dh fo ovf sed nq; do
    export OCF_RESKEY_scheduler=$scheduler
    director start; check "[ $? = 0 ]"
    check "table | grep -q ' $scheduler'"
    read -r one two sorry <<<"$(pages)"
    echo "NAT, $scheduler: $one pages from rs1, $two from rs2"
    check "[ $((one + two)) = 9 ]"
    # Those that spread by turns or by load have to spread.
    case $scheduler in rr | wrr) check "[ $((one - two)) = 1 -o $((two - one)) = 1 ]" ;; esac
    director stop; check "[ $? = 0 ]"
done
said=$(OCF_RESKEY_scheduler=twos director start 2>&1); check "[ $? = 5 ]"
echo "twos: $said"
check 'grep -q "ip_vs_twos" <<<"$said"'
director monitor; check "[ $? = 7 ]"

export OCF_RESKEY_scheduler=rr
OCF_RESKEY_persistence_timeout=60 director start; check "[ $? = 0 ]"
check 'table | grep -q "rr persistent 60"'
seen=$(pages); echo "persistence: $seen"
check '[ "$seen" = "9 0 0" ] || [ "$seen" = "0 9 0" ]'
director stop; check "[ $? = 0 ]"

export OCF_RESKEY_virtual="[fd09::100]:80" OCF_RESKEY_real="[fd09::1]:80, [fd09::2]:80"
director start; check "[ $? = 0 ]"
seen=$(pages "[fd09::100]"); echo "IPv6: $seen"
check '[ "$seen" = "5 4 0" ] || [ "$seen" = "4 5 0" ]'
director stop; check "[ $? = 0 ]"

for n in rs1 rs2; do
    ip netns exec $n python3 -ESc 'import socket, sys
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.bind(("0.0.0.0", 53))
while True: s.sendto(sys.argv[1].encode(), s.recvfrom(99)[1])' $n & echo $! >/tmp/$n.udp
done
ask='import socket
for _ in range(8):
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.settimeout(2); s.connect(("10.9.0.100", 53)); s.send(b"?")
    try: print(s.recv(99).decode())
    except OSError as e: print(e)'
export OCF_RESKEY_virtual=10.9.0.100:53 OCF_RESKEY_protocol=udp OCF_RESKEY_real="10.9.0.1:53, 10.9.0.2:53" OCF_RESKEY_check=none
director start; check "[ $? = 0 ]"
check 'table | grep -q "^UDP  10.9.0.100:53 rr"'
for try in 1 2 3; do seen=$(ip netns exec client python3 -ESc "$ask" | sort | uniq -c | xargs); [ "$seen" = "4 rs1 4 rs2" ] && break; done
echo "UDP: $seen"
check '[ "$seen" = "4 rs1 4 rs2" ]'
director stop; check "[ $? = 0 ]"
kill "$(cat /tmp/rs1.udp)" "$(cat /tmp/rs2.udp)"

# TUN: the packet comes in an envelope, the answer goes straight to the client.
unset OCF_RESKEY_protocol
export OCF_RESKEY_virtual=10.9.0.100:80 OCF_RESKEY_real="10.9.0.1:80, 10.9.0.2:80" OCF_RESKEY_method=TUN OCF_RESKEY_check=TCP_CHECK
settings() { ip netns exec $1 sh -c 'cat /proc/sys/net/ipv4/conf/*/arp_* /proc/sys/net/ipv4/conf/tunl0/rp_filter; ip -o link show tunl0 | grep -o "<.*>"'; }
was=$(settings rs1)
for n in rs1 rs2; do
    ip -n $n route del 10.9.0.5/32
    OCF_RESKEY_nic=tunl0 real $n start; check "[ $? = 0 ]"
    OCF_RESKEY_nic=tunl0 real $n monitor; check "[ $? = 0 ]"
done
director start; check "[ $? = 0 ]"
check 'table | grep -q " Tunnel "'
seen=$(pages); echo "TUN: $seen"
check '[ "$seen" = "5 4 0" ] || [ "$seen" = "4 5 0" ]'
ip -n rs1 link set tunl0 down
said=$(OCF_RESKEY_nic=tunl0 real rs1 monitor 2>&1); check "[ $? = 1 ]"
check 'grep -q "tunl0 was set down" <<<"$said"'
director stop; check "[ $? = 0 ]"
for n in rs1 rs2; do OCF_RESKEY_nic=tunl0 real $n stop; check "[ $? = 0 ]"; done
check '[ "$(settings rs1)" = "$was" ]'
check '[ -z "$(ls -A /tmp/state-rs1)" ]'
said=$(OCF_RESKEY_nic=tun77 real rs1 start 2>&1); check "[ $? = 5 ]"
check 'grep -q "no interface tun77" <<<"$said"'
OCF_RESKEY_nic=tun77 real rs1 stop
check '! ip netns exec director grep -Eq "TCP|UDP" /proc/net/ip_vs'
[ $failed = 0 ] && echo "ipvs (kernel, every form): all well"
exit $failed
