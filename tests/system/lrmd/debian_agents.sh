#!/bin/bash
# Proves: agents of Debian's resource-agents and pacemaker-resource-agents run unchanged under lrmd: not running, start, monitor,
# stop, not running; promoted and demoted where they can be. Real services, in namespaces of its own; the helper programs
# that they call are ours, on a CIB file.                             usage: debian_agents.sh BIN_FOLDER
set -u
bin=$1
if [ "${2:-}" != inside ]; then
    [ "$(id -u)" = 0 ] && [ -d /usr/lib/ocf/resource.d/heartbeat ] || { echo "debian_agents: needs root and resource-agents"; exit 77; }
    exec timeout -s KILL 150 unshare --net --mount --pid --uts --ipc --fork --mount-proc "$0" "$bin" inside
fi
mount --make-rprivate /
mount -t tmpfs tmpfs /run && mkdir -p /run/lock /run/nginx /run/resource-agents /run/bin /run/mnt /run/www /run/postgresql
mount -t tmpfs shm /dev/shm
mount -t sysfs sysfs /sys
hostname node1
ip link set lo up
ip link add eth0 type veth peer name peer0 && ip link set eth0 up && ip link set peer0 up
ip addr add 10.96.0.1/24 dev eth0
# What a mail program would send lies in /run/mail.
printf '#!/bin/sh\ncat >>/run/mail; echo "$*" >>/run/mail\n' >/run/bin/mail && chmod +x /run/bin/mail
cat >/run/nginx.conf <<'X'
pid /run/nginx.pid; error_log /run/nginx.err;
events {}
http { access_log off; server { listen 10.96.0.1:80; location / { return 200 hello; } location /nginx_status { stub_status; } } }
X
cat >/run/cib.xml <<'X'
<cib crm_feature_set="3.16.1" validate-with="pacemaker-3.9" epoch="1" num_updates="0" admin_epoch="0"><configuration><crm_config/>
<nodes><node id="1" uname="node1"/></nodes><resources/><constraints/></configuration><status><node_state id="1" uname="node1" in_ccm="true" crmd="online" join="member" expected="member"/></status></cib>
X
export PATH=/run/bin:$PATH CIB_file=/run/cib.xml
"$bin/lrmd" --run-dir /run/muster --node node1 --helpers "$bin/classic" 2>/run/lrmd.log &
for i in $(seq 100); do [ -S /run/muster/lrmd.sock ] && break; sleep 0.05; done

passed=0 failed=0
# step WANT RESOURCE AGENT OPERATION [NAME=VALUE ...]
step() {
    local want=$1 said got
    shift
    said=$("$bin/lrmd_order" /run/muster/lrmd.sock "$@" crm_feature_set=3.16.1)
    got=$?
    trail+=" $3=$got"
    [ $got = "$want" ] || { echo "FAILED: $*: \"$said\" ($got), expected $want"; bad=1; }
}
# try AGENT [NAME=VALUE ...]
try() {
    local agent=$1 id=t-${1##*:} begun=$EPOCHREALTIME
    shift
    bad=0 trail=
    step "${stopped:-7}" "$id" "$agent" monitor "$@"
    step 0 "$id" "$agent" start "$@"
    step "${started:-0}" "$id" "$agent" monitor "$@"
    if [ -n "${promotable:-}" ]; then
        step 0 "$id" "$agent" promote "$@"; step 8 "$id" "$agent" monitor "$@"; step 0 "$id" "$agent" demote "$@"
    fi
    step 0 "$id" "$agent" stop "$@"
    step "${stopped:-7}" "$id" "$agent" monitor "$@"
    [ $bad = 0 ] && passed=$((passed + 1)) || failed=$((failed + 1))
    printf '%s %-24s%s  %d ms\n' "$([ $bad = 0 ] && echo ok || echo BAD)" "$agent" "$trail" $(( (${EPOCHREALTIME/./} - ${begun/./}) / 1000 ))
}
try ocf:heartbeat:Dummy
try ocf:pacemaker:Dummy
promotable=1 try ocf:pacemaker:Stateful
promotable=1 try ocf:heartbeat:Stateful
try ocf:heartbeat:IPaddr2 ip=10.96.0.50 cidr_netmask=24 nic=eth0 arp_count=1
try ocf:heartbeat:Route destination=10.95.0.0/24 gateway=10.96.0.2 device=eth0
try ocf:heartbeat:Filesystem device=/run/www directory=/run/mnt fstype=none options=bind
try ocf:heartbeat:nginx configfile=/run/nginx.conf
try ocf:heartbeat:MailTo email=root@localhost
grep -q root@localhost /run/mail || { echo "FAILED: MailTo sent nothing"; failed=$((failed + 1)); }
try ocf:pacemaker:ping host_list=10.96.0.1 dampen=0 attempts=1
try ocf:heartbeat:anything binfile=/bin/sleep cmdline_options=600
try ocf:heartbeat:Delay startdelay=0 stopdelay=0 mondelay=0
try ocf:heartbeat:symlink link=/run/l1 target=/run/www
try ocf:pacemaker:SysInfo delay=0
try ocf:pacemaker:HealthCPU
try ocf:heartbeat:SendArp ip=10.96.0.1 nic=eth0
try ocf:heartbeat:ethmonitor interface=eth0 repeat_count=1 repeat_interval=1
try ocf:pacemaker:attribute
# crm_mon in the background, which keeps a page.
try ocf:pacemaker:ClusterMon htmlfile=/run/page.html pidfile=/run/page.pid update=500
grep -q 'Node node1: online\|Online: \[ node1 \]' /run/page.html || { echo "FAILED: ClusterMon wrote no page"; failed=$((failed + 1)); }
try ocf:heartbeat:ClusterMon htmlfile=/run/page2.html pidfile=/run/page2.pid update=1000
[ -s /run/page2.html ] || { echo "FAILED: heartbeat's ClusterMon wrote no page"; failed=$((failed + 1)); }
if [ -x /usr/lib/postgresql/15/bin/initdb ] && id postgres >/dev/null 2>&1; then
    mkdir /run/pg && chown postgres /run/pg /run/postgresql
    su postgres -s /bin/sh -c '/usr/lib/postgresql/15/bin/initdb -D /run/pg >/dev/null'
    try ocf:heartbeat:pgsql pgctl=/usr/lib/postgresql/15/bin/pg_ctl psql=/usr/bin/psql pgdata=/run/pg logfile=/run/pg/log
fi
[ -z "${LRMD_KEEP_LOG:-}" ] || cat /run/lrmd.log
echo "$passed agents passed, $failed failed"
[ $failed = 0 ] && [ $passed -ge 12 ]
