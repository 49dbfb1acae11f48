#!/bin/sh
# ocf:muster:notify - runs a keepalived notify script, unchanged, with the words it knows: master, backup, fault.
# A promotable clone whose promoted instance goes with the virtual address:
#   primitive n ocf:muster:notify params script=/etc/keepalived/notify.sh op monitor interval=10s role=Promoted
#   clone n-clone n meta promotable=true        colocation n-with-vip inf: n-clone:Promoted vip
: "${OCF_RESKEY_script:=}"
: "${OCF_RESKEY_on_stop:=fault}"

OCF_SUCCESS=0 OCF_ERR_GENERIC=1 OCF_ERR_ARGS=2 OCF_ERR_UNIMPLEMENTED=3 OCF_ERR_INSTALLED=5 OCF_ERR_CONFIGURED=6
OCF_NOT_RUNNING=7 OCF_RUNNING_PROMOTED=8
state=${HA_RSCTMP:-/run/resource-agents}/muster-notify-$OCF_RESOURCE_INSTANCE

reason() { echo "ocf-exit-reason:$*" >&2; }

meta_data() {
    cat <<'XML'
<?xml version="1.0"?>
<!DOCTYPE resource-agent SYSTEM "ra-api-1.dtd">
<resource-agent name="notify" version="1.0">
<version>1.1</version>
<longdesc lang="en">
Adapter for keepalived's notify scripts. When an instance is promoted the script is run with "master", when it starts or
is demoted with "backup", when it stops with "fault". The script's exit status does not decide anything: a notification
that fails must not move a service.
</longdesc>
<shortdesc lang="en">Run a keepalived notify script</shortdesc>
<parameters>
<parameter name="script" required="1">
<longdesc lang="en">The script; it gets one word as its argument.</longdesc>
<shortdesc lang="en">Script</shortdesc>
<content type="string"/>
</parameter>
<parameter name="on_stop" reloadable="1">
<longdesc lang="en">Word for the script when the instance stops; "none": it is not run.</longdesc>
<shortdesc lang="en">Word at stop</shortdesc>
<content type="string" default="fault"/>
</parameter>
</parameters>
<actions>
<action name="start" timeout="20s"/>
<action name="promote" timeout="20s"/>
<action name="demote" timeout="20s"/>
<action name="stop" timeout="20s"/>
<action name="monitor" timeout="20s" interval="10s" role="Promoted"/>
<action name="monitor" timeout="20s" interval="11s" role="Unpromoted"/>
<action name="validate-all" timeout="20s"/>
<action name="meta-data" timeout="5s"/>
</actions>
</resource-agent>
XML
}

tell() {
    "$OCF_RESKEY_script" "$1" </dev/null
    code=$?
    [ $code = 0 ] || echo "WARNING: $OCF_RESKEY_script $1 ended with status $code" >&2
}

validate() {
    if [ -z "$OCF_RESKEY_script" ]; then reason "parameter script is missing"; return $OCF_ERR_CONFIGURED; fi
    [ -x "$OCF_RESKEY_script" ] && return
    reason "$OCF_RESKEY_script is not there or not executable"
    return $OCF_ERR_INSTALLED
}

monitor() {
    read -r role 2>/dev/null <"$state" || return $OCF_NOT_RUNNING
    [ "$role" = master ] && return $OCF_RUNNING_PROMOTED
    return $OCF_SUCCESS
}

become() {  # WORD; nothing where it is that already
    read -r role 2>/dev/null <"$state" && [ "$role" = "$1" ] && return $OCF_SUCCESS
    echo "$1" >"$state" || return $OCF_ERR_GENERIC
    tell "$1"
    return $OCF_SUCCESS
}

start() {
    validate || return $?
    [ -e "$state" ] && return $OCF_SUCCESS
    become backup && crm_master -l reboot -v 1
}

stop() {
    [ -e "$state" ] || return $OCF_SUCCESS
    crm_master -l reboot -D
    rm -f "$state"
    [ "$OCF_RESKEY_on_stop" = none ] || tell "$OCF_RESKEY_on_stop"
    return $OCF_SUCCESS
}

case $1 in
    meta-data) meta_data ;;
    start) start ;;
    stop) stop ;;
    promote) [ -e "$state" ] || { reason "it is not started"; exit $OCF_NOT_RUNNING; }; become master ;;
    demote) [ -e "$state" ] || { reason "it is not started"; exit $OCF_NOT_RUNNING; }; become backup ;;
    monitor | status) monitor ;;
    reload-agent | reload) validate ;;
    validate-all) validate ;;
    "") echo "usage: $0 start|stop|promote|demote|monitor|validate-all|meta-data" >&2; exit $OCF_ERR_ARGS ;;
    *) reason "action \"$1\" is not one of start stop promote demote monitor validate-all meta-data"; exit $OCF_ERR_UNIMPLEMENTED ;;
esac
