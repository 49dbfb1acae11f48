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
. "$here/ipvs_guest.sh"
wire
serve rs1; serve rs2; serve sorry director

real rs1 start; check "[ $? = 0 ]"
real rs2 start; check "[ $? = 0 ]"
export OCF_RESKEY_method=DR OCF_RESKEY_scheduler=wrr
export OCF_RESKEY_virtual=10.9.0.100:80 OCF_RESKEY_sorry_server=127.0.0.1:80
export OCF_RESKEY_real="10.9.0.1:80 weight=2, 10.9.0.2:80"
export OCF_RESKEY_check="HTTP_GET path=/ status=200 connect_timeout=1 retry=1 delay_before_retry=0.1 delay_loop=0.3"

director monitor; check "[ $? = 7 ]"
director start; check "[ $? = 0 ]"
director monitor; check "[ $? = 0 ]"
until_pages "6 3 0"
table
check 'table | grep -q wrr'
check 'table | grep -Eq "Route +2 "'
kill "$(cat /tmp/rs2.pid)"; until_pages "9 0 0"
serve rs2; until_pages "6 3 0"
kill "$(cat /tmp/rs1.pid)" "$(cat /tmp/rs2.pid)"; until_pages "0 0 9"
serve rs1; until_pages "9 0 0"
director stop; check "[ $? = 0 ]"
director monitor; check "[ $? = 7 ]"
check '! ip netns exec director grep -q TCP /proc/net/ip_vs'
real rs1 stop; check "[ $? = 0 ]"
check '! ip -n rs1 addr show lo | grep -q 10.9.0.100'
[ $failed = 0 ] && echo "ipvs (kernel): all well"
exit $failed
