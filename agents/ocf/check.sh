#!/bin/sh
# ocf:muster:check - runs a command on this node and turns its verdict into a node attribute that location rules can use:
# keepalived's vrrp_script with interval (the monitor's), fall, rise and weight.  Usually a clone; it never fails itself
# because the command fails.
: "${OCF_RESKEY_command:=}"
: "${OCF_RESKEY_fall:=1}"
: "${OCF_RESKEY_rise:=1}"
: "${OCF_RESKEY_weight:=-INFINITY}"
: "${OCF_RESKEY_attribute:=check-${OCF_RESOURCE_INSTANCE%%:*}}"
: "${OCF_RESKEY_command_timeout:=5}"

OCF_SUCCESS=0 OCF_ERR_GENERIC=1 OCF_ERR_ARGS=2 OCF_ERR_UNIMPLEMENTED=3 OCF_ERR_CONFIGURED=6 OCF_NOT_RUNNING=7
# "state count": up or down, and how many verdicts in a row spoke against it.
state=${HA_RSCTMP:-/run/resource-agents}/muster-check-$OCF_RESOURCE_INSTANCE

reason() { echo "ocf-exit-reason:$*" >&2; }

meta_data() {
    cat <<'XML'
<?xml version="1.0"?>
<!DOCTYPE resource-agent SYSTEM "ra-api-1.dtd">
<resource-agent name="check" version="1.0">
<version>1.1</version>
<longdesc lang="en">
Runs a command at each monitor. After "fall" failures in a row the node counts as down for this check, after "rise"
successes as up again. The node attribute then holds a score to be used by a location rule with score-attribute: a
negative weight is subtracted while down (0 while up), a positive one is added while up (0 while down), as keepalived's
vrrp_script does. Example: location web-check vip rule score-attribute=check-chk: defined check-chk
</longdesc>
<shortdesc lang="en">Node score from a command</shortdesc>
<parameters>
<parameter name="command" required="1" reloadable="1">
<longdesc lang="en">Shell command; exit status 0 is a success.</longdesc>
<shortdesc lang="en">Command</shortdesc>
<content type="string"/>
</parameter>
<parameter name="fall" reloadable="1">
<longdesc lang="en">Failures in a row until the node counts as down.</longdesc>
<shortdesc lang="en">Failures until down</shortdesc>
<content type="integer" default="1"/>
</parameter>
<parameter name="rise" reloadable="1">
<longdesc lang="en">Successes in a row until the node counts as up again.</longdesc>
<shortdesc lang="en">Successes until up</shortdesc>
<content type="integer" default="1"/>
</parameter>
<parameter name="weight" reloadable="1">
<longdesc lang="en">Score: negative while down, or positive while up; INFINITY and -INFINITY are allowed.</longdesc>
<shortdesc lang="en">Weight</shortdesc>
<content type="string" default="-INFINITY"/>
</parameter>
<parameter name="attribute">
<longdesc lang="en">Name of the node attribute. Without it: check- and the resource's name.</longdesc>
<shortdesc lang="en">Attribute</shortdesc>
<content type="string"/>
</parameter>
<parameter name="command_timeout" reloadable="1">
<longdesc lang="en">Seconds until the command counts as failed.</longdesc>
<shortdesc lang="en">Timeout of the command (s)</shortdesc>
<content type="string" default="5"/>
</parameter>
</parameters>
<actions>
<action name="start" timeout="20s"/>
<action name="stop" timeout="20s"/>
<action name="monitor" timeout="20s" interval="1s"/>
<action name="reload-agent" timeout="20s"/>
<action name="validate-all" timeout="20s"/>
<action name="meta-data" timeout="5s"/>
</actions>
</resource-agent>
XML
}

validate() {
    if [ -z "$OCF_RESKEY_command" ]; then reason "parameter command is missing"; return $OCF_ERR_CONFIGURED; fi
    for name in fall rise; do
        eval "value=\$OCF_RESKEY_$name"
        case $value in
            '' | *[!0-9]* | 0) reason "parameter $name=\"$value\": expected a number above 0"; return $OCF_ERR_CONFIGURED ;;
        esac
    done
    case ${OCF_RESKEY_weight#[-+]} in
        INFINITY) ;;
        '' | *[!0-9]*) reason "parameter weight=\"$OCF_RESKEY_weight\": expected a score"; return $OCF_ERR_CONFIGURED ;;
    esac
}

score() {  # STATE
    case $OCF_RESKEY_weight:$1 in
        -*:down) echo "$OCF_RESKEY_weight" ;;
        -*:up) echo 0 ;;
        *:up) echo "${OCF_RESKEY_weight#+}" ;;
        *) echo 0 ;;
    esac
}

publish() {
    attrd_updater -n "$OCF_RESKEY_attribute" -U "$(score "$1")" && return
    reason "cannot set the attribute $OCF_RESKEY_attribute"
    return $OCF_ERR_GENERIC
}

# One verdict: may turn the state over.
look() {
    read -r now count <"$state" || return $OCF_NOT_RUNNING
    if timeout "$OCF_RESKEY_command_timeout" sh -c "$OCF_RESKEY_command" >/dev/null 2>&1; then seen=up; else seen=down; fi
    if [ $seen = "$now" ]; then
        [ "$count" = 0 ] || echo "$now 0" >"$state"
        return $OCF_SUCCESS
    fi
    count=$((count + 1))
    if [ $seen = down ]; then enough=$OCF_RESKEY_fall; else enough=$OCF_RESKEY_rise; fi
    if [ $count -lt "$enough" ]; then echo "$now $count" >"$state"; return $OCF_SUCCESS; fi
    echo "$seen 0" >"$state"
    echo "INFO: $OCF_RESKEY_attribute: $now -> $seen" >&2
    publish $seen
}

# The first verdict counts at once: a node that fails the check must not look good until "fall" is reached.
start() {
    validate || return $?
    [ -e "$state" ] && return $OCF_SUCCESS
    if timeout "$OCF_RESKEY_command_timeout" sh -c "$OCF_RESKEY_command" >/dev/null 2>&1; then seen=up; else seen=down; fi
    echo "$seen 0" >"$state" || return $OCF_ERR_GENERIC
    publish $seen
}

stop() {
    [ -e "$state" ] || return $OCF_SUCCESS
    attrd_updater -n "$OCF_RESKEY_attribute" -D || { reason "cannot delete the attribute $OCF_RESKEY_attribute"; return $OCF_ERR_GENERIC; }
    rm -f "$state"
}

case $1 in
    meta-data) meta_data ;;
    start) start ;;
    stop) stop ;;
    monitor | status) if [ -e "$state" ]; then look; else exit $OCF_NOT_RUNNING; fi ;;
    reload-agent | reload) validate && read -r now count <"$state" && publish "$now" ;;
    validate-all) validate ;;
    "") echo "usage: $0 start|stop|monitor|reload-agent|validate-all|meta-data" >&2; exit $OCF_ERR_ARGS ;;
    *) reason "action \"$1\" is not one of start stop monitor reload-agent validate-all meta-data"; exit $OCF_ERR_UNIMPLEMENTED ;;
esac
