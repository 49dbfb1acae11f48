#!/bin/sh
# ocf:muster:ipvs-realserver - the real server's side of IPVS direct routing (nic=lo) and tunnelling (nic=tunl0): holds the
# virtual address, and gives no answer to ARP requests for it (arp_ignore, arp_announce).  Everything is put back at stop as
# it was before start.
: "${OCF_RESKEY_ip:=}"
: "${OCF_RESKEY_nic:=lo}"
: "${OCF_RESKEY_arp_interfaces:=all lo}"
: "${OCF_RESKEY_proc:=/proc/sys/net/ipv4/conf}"

OCF_SUCCESS=0 OCF_ERR_GENERIC=1 OCF_ERR_ARGS=2 OCF_ERR_UNIMPLEMENTED=3 OCF_ERR_INSTALLED=5 OCF_ERR_CONFIGURED=6 OCF_NOT_RUNNING=7
HA_RSCTMP=${HA_RSCTMP:-/run/resource-agents}
# What arp settings were, shared by all addresses on this node: the first start saves, the last stop puts back.
state=$HA_RSCTMP/muster-ipvs-realserver
mine=$state/holders/$OCF_RESKEY_ip

reason() { echo "ocf-exit-reason:$*" >&2; }

meta_data() {
    cat <<'XML'
<?xml version="1.0"?>
<!DOCTYPE resource-agent SYSTEM "ra-api-1.dtd">
<resource-agent name="ipvs-realserver" version="1.0">
<version>1.1</version>
<longdesc lang="en">
Makes a node a real server of an IPVS director that forwards by direct routing or by tunnel: holds the virtual address on
the loopback interface (direct routing) or on tunl0 (tunnel) and keeps the node from answering ARP requests for it. Several
virtual addresses on one node share these settings; the last one to stop puts them back. Usually a clone.
</longdesc>
<shortdesc lang="en">Real server for IPVS direct routing and tunnels</shortdesc>
<parameters>
<parameter name="ip" required="1">
<longdesc lang="en">The virtual IPv4 address of the director.</longdesc>
<shortdesc lang="en">Virtual address</shortdesc>
<content type="string"/>
</parameter>
<parameter name="nic">
<longdesc lang="en">Interface that holds the address: lo for a director's method=DR, tunl0 for its method=TUN. One that is not lo is
brought up, and its rp_filter set to 2: what comes out of a tunnel has a source that is reached by another interface.</longdesc>
<shortdesc lang="en">Interface</shortdesc>
<content type="string" default="lo"/>
</parameter>
<parameter name="arp_interfaces">
<longdesc lang="en">Interfaces (words of /proc/sys/net/ipv4/conf) whose arp_ignore and arp_announce are set to 1 and 2.</longdesc>
<shortdesc lang="en">Interfaces that keep silent</shortdesc>
<content type="string" default="all lo"/>
</parameter>
</parameters>
<actions>
<action name="start" timeout="20s"/>
<action name="stop" timeout="20s"/>
<action name="monitor" timeout="20s" interval="10s"/>
<action name="validate-all" timeout="20s"/>
<action name="meta-data" timeout="5s"/>
</actions>
</resource-agent>
XML
}

has_address() { ip -4 -o addr show dev "$OCF_RESKEY_nic" 2>/dev/null | grep -q " inet $OCF_RESKEY_ip/32 "; }
is_up() { ip -o link show dev "$OCF_RESKEY_nic" up 2>/dev/null | grep -q .; }

silent() {
    for i in $OCF_RESKEY_arp_interfaces; do
        # cat, not read: a file of /proc/sys has to be read in one piece.
        [ "$(cat "$OCF_RESKEY_proc/$i/arp_ignore")" -ge 1 ] && [ "$(cat "$OCF_RESKEY_proc/$i/arp_announce")" -ge 2 ] || return 1
    done
}

validate() {
    case $OCF_RESKEY_ip in
        *[!0-9.]* | '') reason "parameter ip=\"$OCF_RESKEY_ip\": expected an IPv4 address"; return $OCF_ERR_CONFIGURED ;;
    esac
    for i in $OCF_RESKEY_arp_interfaces; do
        [ -d "$OCF_RESKEY_proc/$i" ] && continue
        reason "parameter arp_interfaces: there is no interface $i on this node"
        return $OCF_ERR_CONFIGURED
    done
}

# INTERFACE KEY VALUE: a setting that the last stop puts back.
set_until_stop() {
    [ -e "$state/$1.$2.was" ] || cat "$OCF_RESKEY_proc/$1/$2" >"$state/$1.$2.was"
    echo "$3" >"$OCF_RESKEY_proc/$1/$2" && return
    reason "cannot set $2 of $1 to $3"
    return $OCF_ERR_GENERIC
}

# A tunnel's end: there, up, and open to packets whose source is reached by another interface.
prepare_tunnel() {
    [ "$OCF_RESKEY_nic" != lo ] || return 0
    [ "$OCF_RESKEY_nic" != tunl0 ] || [ -d "$OCF_RESKEY_proc/tunl0" ] || modprobe ipip 2>/dev/null
    [ -d "$OCF_RESKEY_proc/$OCF_RESKEY_nic" ] || {
        reason "parameter nic: there is no interface $OCF_RESKEY_nic on this node (tunl0 comes with the kernel's module ipip)"
        return $OCF_ERR_INSTALLED
    }
    set_until_stop "$OCF_RESKEY_nic" rp_filter 2 || return $?
    is_up && return 0
    : >"$state/$OCF_RESKEY_nic.down.was"
    said=$(ip link set "$OCF_RESKEY_nic" up 2>&1) && return 0
    reason "cannot bring $OCF_RESKEY_nic up: $said"
    return $OCF_ERR_GENERIC
}

# Silence first, then the address: never a moment in which this node answers for it.
start() {
    validate || return $?
    mkdir -p "$state/holders" || { reason "cannot write $state"; return $OCF_ERR_GENERIC; }
    for i in $OCF_RESKEY_arp_interfaces; do
        set_until_stop "$i" arp_ignore 1 && set_until_stop "$i" arp_announce 2 || return $?
    done
    prepare_tunnel || return $?
    : >"$mine"
    has_address && return $OCF_SUCCESS
    said=$(ip addr add "$OCF_RESKEY_ip/32" dev "$OCF_RESKEY_nic" 2>&1) && return $OCF_SUCCESS
    reason "cannot add $OCF_RESKEY_ip to $OCF_RESKEY_nic: $said"
    return $OCF_ERR_GENERIC
}

# Everything as it was before the first start.
put_back() {
    for saved in "$state"/*.was; do
        [ -e "$saved" ] || continue
        setting=${saved##*/} setting=${setting%.was}
        if [ "${setting##*.}" = down ]; then
            ip link set "${setting%.*}" down
        else
            cat "$saved" >"$OCF_RESKEY_proc/${setting%.*}/${setting##*.}"
        fi && rm -f "$saved"
    done
    rmdir "$state/holders" "$state" 2>/dev/null
}

stop() {
    validate || return $OCF_SUCCESS
    if has_address && ! said=$(ip addr del "$OCF_RESKEY_ip/32" dev "$OCF_RESKEY_nic" 2>&1); then
        reason "cannot remove $OCF_RESKEY_ip from $OCF_RESKEY_nic: $said"
        return $OCF_ERR_GENERIC
    fi
    rm -f "$mine"
    [ -d "$state/holders" ] && [ -z "$(ls -A "$state/holders")" ] && put_back
    return $OCF_SUCCESS
}

monitor() {
    validate || return $?
    has_address || return $OCF_NOT_RUNNING
    [ -e "$mine" ] || return $OCF_NOT_RUNNING  # the address alone, perhaps a leftover or somebody else's
    is_up || { reason "interface $OCF_RESKEY_nic was set down: nothing reaches $OCF_RESKEY_ip"; return $OCF_ERR_GENERIC; }
    silent && return $OCF_SUCCESS
    reason "arp_ignore or arp_announce was changed: this node answers ARP requests for $OCF_RESKEY_ip"
    return $OCF_ERR_GENERIC
}

case $1 in
    meta-data) meta_data ;;
    start) start ;;
    stop) stop ;;
    monitor | status) monitor ;;
    validate-all) validate ;;
    "") echo "usage: $0 start|stop|monitor|validate-all|meta-data" >&2; exit $OCF_ERR_ARGS ;;
    *) reason "action \"$1\" is not one of start stop monitor validate-all meta-data"; exit $OCF_ERR_UNIMPLEMENTED ;;
esac
