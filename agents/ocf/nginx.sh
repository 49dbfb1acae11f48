#!/bin/sh
# ocf:muster:nginx - the nginx web server and proxy.
# An example to copy for a daemon with a pid file: no sleeping loops, the configuration is tested before anything is
# touched, and a changed file is taken by reload-agent without a restart (OCF Resource Agent API 1.1).
: "${OCF_RESKEY_configfile:=/etc/nginx/nginx.conf}"
: "${OCF_RESKEY_binary:=/usr/sbin/nginx}"
: "${OCF_RESKEY_pidfile:=}"
: "${OCF_RESKEY_status_url:=}"
: "${OCF_RESKEY_graceful_stop:=false}"
: "${OCF_RESKEY_stop_wait:=5}"

OCF_SUCCESS=0 OCF_ERR_GENERIC=1 OCF_ERR_ARGS=2 OCF_ERR_UNIMPLEMENTED=3 OCF_ERR_INSTALLED=5 OCF_ERR_CONFIGURED=6
OCF_NOT_RUNNING=7

reason() { echo "ocf-exit-reason:$*" >&2; }

meta_data() {
    cat <<'XML'
<?xml version="1.0"?>
<!DOCTYPE resource-agent SYSTEM "ra-api-1.dtd">
<resource-agent name="nginx" version="1.0">
<version>1.1</version>
<longdesc lang="en">
Runs nginx. The configuration is tested before it is started or reloaded; a stop does not wait longer than nginx needs.
The master process is named to the cluster, so that its death is noticed at once and not at the next monitor.
</longdesc>
<shortdesc lang="en">nginx web server</shortdesc>
<parameters>
<parameter name="configfile" reloadable="1">
<longdesc lang="en">Main configuration file.</longdesc>
<shortdesc lang="en">Configuration file</shortdesc>
<content type="string" default="/etc/nginx/nginx.conf"/>
</parameter>
<parameter name="binary">
<longdesc lang="en">The nginx program.</longdesc>
<shortdesc lang="en">Program</shortdesc>
<content type="string" default="/usr/sbin/nginx"/>
</parameter>
<parameter name="pidfile">
<longdesc lang="en">File with the master's process id. Without it: what the configuration says.</longdesc>
<shortdesc lang="en">Pid file</shortdesc>
<content type="string"/>
</parameter>
<parameter name="status_url" reloadable="1">
<longdesc lang="en">Page that a monitor of level 10 fetches; anything but an answer below 400 is a failure.</longdesc>
<shortdesc lang="en">Page to check</shortdesc>
<content type="string"/>
</parameter>
<parameter name="graceful_stop" reloadable="1">
<longdesc lang="en">Let the requests at hand end first (SIGQUIT) for half of the time that a stop has.</longdesc>
<shortdesc lang="en">Finish requests before stopping</shortdesc>
<content type="boolean" default="false"/>
</parameter>
<parameter name="stop_wait" reloadable="1">
<longdesc lang="en">Seconds to wait for a polite stop before nginx is killed.</longdesc>
<shortdesc lang="en">Wait before kill (s)</shortdesc>
<content type="integer" default="5"/>
</parameter>
</parameters>
<actions>
<action name="start" timeout="40s"/>
<action name="stop" timeout="60s"/>
<action name="monitor" depth="0" timeout="20s" interval="10s"/>
<action name="monitor" depth="10" timeout="20s" interval="30s"/>
<action name="reload-agent" timeout="20s"/>
<action name="validate-all" timeout="20s"/>
<action name="meta-data" timeout="5s"/>
</actions>
</resource-agent>
XML
}

# The pid file as configured; nginx's own default last. Found out once: a process costs more than all the rest here.
pid_file() {
    if [ -z "$known_pid_file" ]; then
        known_pid_file=$OCF_RESKEY_pidfile
        [ -n "$known_pid_file" ] ||
            known_pid_file=$(sed -n 's/^[[:space:]]*pid[[:space:]]\{1,\}\([^;]*\);.*/\1/;T;p;q' "$OCF_RESKEY_configfile" 2>/dev/null)
        : "${known_pid_file:=/run/nginx.pid}"
    fi
}
known_pid_file=

# The running master is the file's process, if that is an nginx: sets pid.
master() {
    pid_file
    read -r pid 2>/dev/null <"$known_pid_file" || return 1
    case $pid in '' | *[!0-9]*) return 1 ;; esac
    read -r comm 2>/dev/null <"/proc/$pid/comm" || return 1
    [ "$comm" = "${OCF_RESKEY_binary##*/}" ]
}

check_config() {
    if [ ! -x "$OCF_RESKEY_binary" ]; then reason "nginx is not installed: $OCF_RESKEY_binary"; return $OCF_ERR_INSTALLED; fi
    if [ ! -r "$OCF_RESKEY_configfile" ]; then reason "cannot read $OCF_RESKEY_configfile"; return $OCF_ERR_INSTALLED; fi
    said=$("$OCF_RESKEY_binary" -t -q -c "$OCF_RESKEY_configfile" 2>&1) && return $OCF_SUCCESS
    # The file is this node's own: a mistake in it is no reason to forbid the other nodes, as "not configured" would.
    reason "configuration test failed: $(echo "$said" | head -n 1)"
    return $OCF_ERR_GENERIC
}

# Workers whose master was killed go on serving and hold the ports. Their session still has the master's id.
end_orphans() {
    pid_file
    read -r old 2>/dev/null <"$known_pid_file" || return
    case $old in '' | *[!0-9]*) return ;; esac
    pkill -KILL -s "$old" -x "${OCF_RESKEY_binary##*/}"
    rm -f "$known_pid_file"
}

# Wait until the process is gone, woken by its end (pidwait) rather than by a clock.
wait_gone() {
    timeout "$2" pidwait -F "$known_pid_file" >/dev/null 2>&1
    timeout "$2" tail --pid="$1" -s 0.02 -f /dev/null
}

# A process that the cluster may watch: its death runs the monitor at once.
watch() { [ -z "$MUSTER_WATCH_FILE" ] || echo "$1" >"$MUSTER_WATCH_FILE"; }

start() {
    if master; then watch "$pid"; return $OCF_SUCCESS; fi
    check_config || return $?
    end_orphans
    # In the foreground nginx only returns to us once its sockets are bound and the pid file is written.
    if ! said=$("$OCF_RESKEY_binary" -c "$OCF_RESKEY_configfile" 2>&1); then
        reason "nginx does not start: $(echo "$said" | head -n 1)"
        return $OCF_ERR_GENERIC
    fi
    if ! master; then
        reason "nginx started, but its pid is not in $known_pid_file"
        return $OCF_ERR_GENERIC
    fi
    watch "$pid"
    monitor
}

stop() {
    if ! master; then end_orphans; return $OCF_SUCCESS; fi
    wait_s=$OCF_RESKEY_stop_wait
    case $OCF_RESKEY_graceful_stop in true | yes | on | 1) kill -QUIT "$pid"; wait_gone "$pid" "$wait_s" ;; esac
    master || return $OCF_SUCCESS
    kill -TERM "$pid" 2>/dev/null
    wait_gone "$pid" "$wait_s"
    if master; then
        kill -KILL "$pid" 2>/dev/null
        wait_gone "$pid" "$wait_s"
    fi
    ! master && return $OCF_SUCCESS
    reason "nginx (process $pid) does not end, not even by SIGKILL"
    return $OCF_ERR_GENERIC
}

monitor() {
    master || return $OCF_NOT_RUNNING
    [ "${OCF_CHECK_LEVEL:-0}" -ge 10 ] && [ -n "$OCF_RESKEY_status_url" ] || return $OCF_SUCCESS
    said=$(curl -sS -f -o /dev/null --max-time 10 "$OCF_RESKEY_status_url" 2>&1) && return $OCF_SUCCESS
    reason "$OCF_RESKEY_status_url: ${said:-no answer}"
    return $OCF_ERR_GENERIC
}

reload() {
    check_config || return $?
    if ! master; then reason "nginx is not running"; return $OCF_NOT_RUNNING; fi
    kill -HUP "$pid" && return $OCF_SUCCESS
    reason "cannot signal nginx (process $pid)"
    return $OCF_ERR_GENERIC
}

case $1 in
    meta-data) meta_data ;;
    start) start ;;
    stop) stop ;;
    monitor | status) monitor ;;
    reload-agent | reload) reload ;;
    validate-all) check_config ;;
    "") echo "usage: $0 start|stop|monitor|reload-agent|validate-all|meta-data" >&2; exit $OCF_ERR_ARGS ;;
    *) reason "action \"$1\" is not one of start stop monitor reload-agent validate-all meta-data"; exit $OCF_ERR_UNIMPLEMENTED ;;
esac
