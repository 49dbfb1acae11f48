# Sourced by ./check, ./demo and .ci/run: says what is missing, installs packages, builds.  Bash.
# shellcheck shell=bash
source_folder=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
step_began=$SECONDS

say() { printf '%s\n' "$*"; }
step() { step_began=$SECONDS; printf '== %s\n' "$*"; }
took() { printf '   %s s\n' $((SECONDS - step_began)); }
die() { printf '%s: %s\n' "$(basename "$0")" "$*" >&2; exit 1; }

need_root_and_namespaces() {
    [ "$(id -u)" = 0 ] || die "run this as root: it installs packages and makes namespaces with network interfaces"
    local why
    why=$(unshare --net --mount --pid --uts --ipc --fork true 2>&1) ||
        die "this kernel or container gives no namespaces, which the lab's nodes are made of: $why"
}

missing_packages() {
    local name
    while read -r name; do
        dpkg-query -W -f '${Status}' "$name" 2>/dev/null | grep -q 'install ok installed' || printf '%s ' "$name"
    done < <(sed 's/#.*//; s/[[:space:]]//g; /^$/d' "$source_folder/cmake/packages.txt")
}

install_packages() {
    local missing
    missing=$(missing_packages)
    [ -n "$missing" ] || return 0
    command -v apt-get >/dev/null || die "these Debian 12 packages are missing and there is no apt-get: $missing"
    step "installing Debian packages: $missing"
    # corosync and nginx are wanted as programs: their services must not start on this machine.
    local policy=/usr/sbin/policy-rc.d ours=no
    if [ ! -e $policy ]; then
        printf '#!/bin/sh\nexit 101\n' > $policy && chmod 755 $policy && ours=yes
    fi
    local log failed=no
    log=$(mktemp)
    { apt-get update &&
        DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $missing; } > "$log" 2>&1 || failed=yes
    [ $ours = no ] || rm -f $policy
    if [ $failed = yes ]; then
        tail -n 20 "$log" >&2
        die "apt-get failed, its output is in $log"
    fi
    rm -f "$log"
    took
}

# build PRESET [TARGET...]: quiet when nothing has to be done.
build() {
    local preset=$1 folder=$source_folder/build/$1
    shift
    step "building ($preset)"
    if [ ! -e "$folder/build.ninja" ]; then
        (cd "$source_folder" && cmake --preset "$preset" -DMUSTER_PRECOMPILE=ON > "/tmp/muster-configure.$$" 2>&1) || {
            cat "/tmp/muster-configure.$$" >&2
            die "cmake failed"
        }
        rm -f "/tmp/muster-configure.$$"
    fi
    if [ -t 1 ]; then
        ninja -C "$folder" "$@" || die "the build failed"
    else
        # One line for each tenth part instead of one for each file.
        ninja -C "$folder" "$@" > "$folder/build.log" 2>&1 &
        local builder=$! last=
        while kill -0 $builder 2>/dev/null; do
            sleep 2
            local now
            now=$(grep -ao '^\[[0-9]*/[0-9]*\]' "$folder/build.log" 2>/dev/null | tail -n 1 | tr -d '[]' |
                awk -F/ '$2 > 20 {printf "%d0 %%", int(10 * $1 / $2)}')
            [ "$now" = "$last" ] || say "   $now"
            last=$now
        done
        wait $builder || {
            grep -aE -A 12 'FAILED|error' "$folder/build.log" | tail -n 60 >&2
            die "the build failed, its output is in $folder/build.log"
        }
    fi
    took
}
