# What the tests of ocf:muster:ipvs in a guest's kernel share: a wire with a client, a director and two real servers, each
# in a namespace of its own.  To be sourced, with $agents set.
export HA_RSCTMP=/tmp OCF_RESOURCE_INSTANCE=web OCF_RESKEY_backend=ipvs
failed=0
check() { if ! eval "$1"; then echo "FAILED: $1"; failed=1; fi; }

wire() {  # in few commands: to start a program takes long in a guest
    local n name
    for n in client rs1 rs2 director; do echo "netns add $n"; done | ip -batch -
    {
        echo "link add br0 type bridge forward_delay 0"; echo "link set br0 up"
        for n in client rs1 rs2 director; do
            echo "link add v$n type veth peer name eth0 netns $n"; echo "link set v$n master br0 up"
        done
    } | ip -batch -
    for n in client:5 director:254 rs1:1 rs2:2; do
        name=${n%:*} n=${n#*:}
        {
            printf '%s\n' "link set lo up" "link set eth0 up" "addr add 10.9.0.$n/24 dev eth0" "addr add fd09::$n/64 dev eth0 nodad"
            [ $name != director ] || printf 'addr add %s\n' "10.9.0.100/32 dev eth0" "fd09::100/128 dev eth0 nodad"
        } | ip -n $name -batch -
    done
}

serve() {  # NAME [NAMESPACE]: an nginx that says its name
    cat >/tmp/$1.conf <<CONF
pid /tmp/$1.pid; error_log /tmp/$1.log; worker_processes 1; events { }
http { access_log off; server { listen 0.0.0.0:80; listen [::]:80; location / { return 200 "$1\n"; } } }
CONF
    ip netns exec ${2:-$1} nginx -c /tmp/$1.conf
}

real() {  # NAMESPACE ACTION
    mkdir -p /tmp/state-$1
    HA_RSCTMP=/tmp/state-$1 OCF_RESKEY_ip=10.9.0.100 ip netns exec $1 "$agents/ipvs-realserver" "$2"
}

director() { ip netns exec director "$agents/ipvs" "$1"; }
table() { ip netns exec director ipvsadm -Ln; }

pages() {  # [ADDRESS]: of nine pages, how many from rs1, rs2 and the sorry server
    # Nine connections of one curl: to start a program takes long in a guest.
    local all
    all=$(ip netns exec client curl -s -g --max-time 5 -H "Connection: close" "http://${1:-10.9.0.100}/?"{1,2,3,4,5,6,7,8,9})
    echo "$(grep -c rs1 <<<"$all") $(grep -c rs2 <<<"$all") $(grep -c sorry <<<"$all")"
}

until_pages() {  # WANTED [ADDRESS]
    local seen
    for i in 1 2 3 4 5 6 7 8; do seen=$(pages "${2:-}"); [ "$seen" = "$1" ] && return; sleep 0.3; done
    echo "FAILED: pages are $seen, expected $1"; failed=1
}
