#!/bin/bash
# Proves: class systemd (and service) through start, monitor, failure, recovery and stop, against a real systemd that is
# PID 1 of a namespace of its own; a job goes on when lrmd is killed.      usage: systemd_class.sh BIN_FOLDER
set -u
here=$(readlink -f "$0")
if [ "${2:-}" != inside ]; then
    [ "$(id -u)" = 0 ] && [ -x /lib/systemd/systemd ] || { echo "systemd_class: needs root and Debian's systemd"; exit 77; }
    v2=/sys/fs/cgroup/unified; [ -d $v2 ] || v2=/sys/fs/cgroup
    [ -f $v2/cgroup.procs ] || { echo "systemd_class: needs cgroup v2"; exit 77; }
    group=$v2/muster-systemd-$$
    work=$(mktemp -d)
    mkdir "$group" && sh -c "echo \$\$ >$group/cgroup.procs; exec timeout -s KILL 60 unshare -mpfu --mount-proc -- '$here' '$1' inside '$work'"
    echo 1 >"$group/cgroup.kill" 2>/dev/null
    sleep 0.2
    find "$group" -depth -type d -exec rmdir {} + 2>/dev/null
    cat "$work/report"
    result=$(cat "$work/result" 2>/dev/null || echo 1)
    rm -r "$work"
    exit "$result"
fi
bin=$1 work=$3
run=/run/muster-test

test_body() {
    failed=0
    expect() {  # RC TEXT LRMD_ORDER-ARGUMENTS
        local want=$1 text=$2 said got
        shift 2
        said=$("$bin/lrmd_order" $run/lrmd.sock "$@")
        got=$?
        if [ $got = "$want" ] && [[ $said == *"$text"* ]]; then echo "ok   $*: $said"; return; fi
        echo "FAILED: $*: got \"$said\" ($got), expected $want ... $text"
        failed=1
    }
    for i in $(seq 100); do systemctl is-active rescue-none.target >/dev/null 2>&1 && break; sleep 0.05; done
    start_lrmd() { "$bin/lrmd" --run-dir $run --scratch $run/s 2>>$run/log & lrmd=$!; for i in $(seq 100); do [ -S $run/lrmd.sock ] && break; sleep 0.05; done; sleep 0.1; }
    mkdir -p $run && start_lrmd
    expect 7 "inactive" web systemd:web monitor
    expect 0 "" web systemd:web start
    expect 0 "" web systemd:web.service monitor
    [ -e /run/systemd/system/web.service.d/50-muster.conf ] || { echo "FAILED: no drop-in"; failed=1; }
    kill -9 "$(systemctl show -P MainPID web)"
    sleep 0.3
    expect 7 "failed" web systemd:web monitor
    expect 0 "" web systemd:web start
    expect 0 "" web systemd:web stop
    expect 7 "inactive" web systemd:web monitor
    [ -e /run/systemd/system/web.service.d ] && { echo "FAILED: the drop-in stays"; failed=1; }
    expect 5 "unit nothing.service is not-found" x systemd:nothing monitor
    expect 5 "not-found" x systemd:nothing start
    expect 0 "" x systemd:nothing stop
    expect 1 "ended as \"failed\"" bad systemd:bad start
    expect 1 "timeout" slow systemd:slow start timeout=500
    expect 7 "" svc service:web monitor
    expect 0 "" svc service:web start
    expect 0 "" svc service:web monitor
    expect 0 "" svc service:web stop
    # A start under way while lrmd is killed: its result comes from the next lrmd.
    "$bin/lrmd_order" $run/lrmd.sock slow2 systemd:slow2 start wait=300 >/dev/null &
    sleep 0.4; kill -9 $lrmd; rm -f $run/lrmd.sock; start_lrmd
    for i in $(seq 40); do systemctl is-active slow2 >/dev/null && break; sleep 0.1; done
    expect 0 "" slow2 systemd:slow2 monitor
    kill $lrmd
    cat $run/log | sed 's/^/     /'
    echo $failed >"$work/result"
}

mount --make-rprivate /
mount -t tmpfs tmpfs /run
mkdir -p /run/lock /run/systemd/system
unit() { printf '[Unit]\nDefaultDependencies=no\n%b' "$2" >"/run/systemd/system/$1"; }
unit rescue-none.target ''
unit web.service '[Service]\nExecStart=/bin/sleep 1000\n'
unit bad.service '[Service]\nType=oneshot\nExecStart=/bin/false\n'
unit slow.service '[Service]\nType=oneshot\nExecStart=/bin/sleep 5\n'
unit slow2.service '[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/bin/sleep 1\n'
: >/run/console; mount --bind /run/console /dev/console
umount -l -R /sys/fs/cgroup
test_body >"$work/report" 2>&1 && : &
# The rest of the script is systemd; it ends when the group is killed.
( wait_for=$work/result; for i in $(seq 600); do [ -s "$wait_for" ] && break; sleep 0.1; done; kill -9 1 2>/dev/null; kill -RTMIN+14 1; ) &
export container=test
exec unshare -C sh -c 'mount -t cgroup2 none /sys/fs/cgroup; exec /lib/systemd/systemd --system --unit=rescue-none.target --show-status=no --log-target=console --log-level=info'
