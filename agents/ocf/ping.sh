#!/bin/sh
# ocf:muster:ping - counts which of some hosts answer, and whether some interfaces have a carrier, and keeps the result as
# a node attribute for location rules.  A clone on all nodes.  All hosts are asked at the same time.
: "${OCF_RESKEY_hosts:=}"
: "${OCF_RESKEY_interfaces:=}"
: "${OCF_RESKEY_multiplier:=1}"
: "${OCF_RESKEY_attempts:=3}"
: "${OCF_RESKEY_timeout:=1}"
: "${OCF_RESKEY_dampen:=0}"
: "${OCF_RESKEY_attribute:=pingd}"

OCF_SUCCESS=0 OCF_ERR_GENERIC=1 OCF_ERR_ARGS=2 OCF_ERR_UNIMPLEMENTED=3 OCF_ERR_CONFIGURED=6 OCF_NOT_RUNNING=7
state=${HA_RSCTMP:-/run/resource-agents}/muster-ping-$OCF_RESOURCE_INSTANCE

reason() { echo "ocf-exit-reason:$*" >&2; }

meta_data() {
    cat <<'XML'
<?xml version="1.0"?>
<!DOCTYPE resource-agent SYSTEM "ra-api-1.dtd">
<resource-agent name="ping" version="1.0">
<version>1.1</version>
<longdesc lang="en">
The node attribute holds the number of hosts that answer plus the number of interfaces with a carrier, times the
multiplier. Example: location web-net vip rule -inf: pingd lt 1 or not_defined pingd
</longdesc>
<shortdesc lang="en">Reachable hosts and live interfaces</shortdesc>
<parameters>
<parameter name="hosts" reloadable="1">
<longdesc lang="en">Addresses to ping, separated by blanks.</longdesc>
<shortdesc lang="en">Hosts</shortdesc>
<content type="string"/>
</parameter>
<parameter name="interfaces" reloadable="1">
<longdesc lang="en">Interfaces that must have a carrier, separated by blanks.</longdesc>
<shortdesc lang="en">Interfaces</shortdesc>
<content type="string"/>
</parameter>
<parameter name="multiplier" reloadable="1">
<longdesc lang="en">What each of them counts.</longdesc>
<shortdesc lang="en">Multiplier</shortdesc>
<content type="integer" default="1"/>
</parameter>
<parameter name="attempts" reloadable="1">
<longdesc lang="en">Packets to each host; one answer is enough.</longdesc>
<shortdesc lang="en">Attempts</shortdesc>
<content type="integer" default="3"/>
</parameter>
<parameter name="timeout" reloadable="1">
<longdesc lang="en">Seconds to wait for an answer to each packet.</longdesc>
<shortdesc lang="en">Timeout (s)</shortdesc>
<content type="integer" default="1"/>
</parameter>
<parameter name="dampen" reloadable="1">
<longdesc lang="en">Time to wait for the other nodes' changes before the attribute takes effect.</longdesc>
<shortdesc lang="en">Dampening</shortdesc>
<content type="string" default="0"/>
</parameter>
<parameter name="attribute">
<longdesc lang="en">Name of the node attribute.</longdesc>
<shortdesc lang="en">Attribute</shortdesc>
<content type="string" default="pingd"/>
</parameter>
</parameters>
<actions>
<action name="start" timeout="60s"/>
<action name="stop" timeout="20s"/>
<action name="monitor" timeout="60s" interval="10s"/>
<action name="reload-agent" timeout="60s"/>
<action name="validate-all" timeout="20s"/>
<action name="meta-data" timeout="5s"/>
</actions>
</resource-agent>
XML
}

validate() {
    if [ -z "$OCF_RESKEY_hosts$OCF_RESKEY_interfaces" ]; then
        reason "parameters hosts and interfaces are both missing"
        return $OCF_ERR_CONFIGURED
    fi
    for name in multiplier attempts timeout; do
        eval "value=\$OCF_RESKEY_$name"
        case $value in
            '' | *[!0-9]* | 0) reason "parameter $name=\"$value\": expected a number above 0"; return $OCF_ERR_CONFIGURED ;;
        esac
    done
}

count() {
    answers=$(
        for host in $OCF_RESKEY_hosts; do
            # The first answer ends it; without one it takes attempts * timeout.
            (ping -n -q -c 1 -W "$OCF_RESKEY_timeout" "$host" >/dev/null 2>&1 ||
                { [ "$OCF_RESKEY_attempts" -gt 1 ] && ping -n -q -i 0.2 -c $((OCF_RESKEY_attempts - 1)) -W "$OCF_RESKEY_timeout" "$host" >/dev/null 2>&1; }) && echo up &
        done
        wait
    )
    n=$(printf '%s' "$answers" | grep -c up)
    for i in $OCF_RESKEY_interfaces; do
        [ "$(cat "/sys/class/net/$i/carrier" 2>/dev/null)" = 1 ] && n=$((n + 1))
    done
    echo $((n * OCF_RESKEY_multiplier))
}

publish() {
    validate || return $?
    value=$(count)
    attrd_updater -n "$OCF_RESKEY_attribute" -U "$value" -d "$OCF_RESKEY_dampen" && return
    reason "cannot set the attribute $OCF_RESKEY_attribute"
    return $OCF_ERR_GENERIC
}

start() { [ -e "$state" ] || { publish && : >"$state"; }; }

stop() {
    [ -e "$state" ] || return $OCF_SUCCESS
    attrd_updater -n "$OCF_RESKEY_attribute" -D -d "$OCF_RESKEY_dampen" || { reason "cannot delete the attribute $OCF_RESKEY_attribute"; return $OCF_ERR_GENERIC; }
    rm -f "$state"
}

case $1 in
    meta-data) meta_data ;;
    start) start ;;
    stop) stop ;;
    monitor | status) if [ -e "$state" ]; then publish; else exit $OCF_NOT_RUNNING; fi ;;
    reload-agent | reload) publish ;;
    validate-all) validate ;;
    "") echo "usage: $0 start|stop|monitor|reload-agent|validate-all|meta-data" >&2; exit $OCF_ERR_ARGS ;;
    *) reason "action \"$1\" is not one of start stop monitor reload-agent validate-all meta-data"; exit $OCF_ERR_UNIMPLEMENTED ;;
esac
