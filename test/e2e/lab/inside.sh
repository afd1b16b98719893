#!/usr/bin/env bash
# The inside of a lab, in its own namespaces; see lab.sh.
#
#   10.79.0.0/24  farm   .1 miner  .2 operator  .3 bastion  .11 plain  .13 sudo  .14 closed  .15 slow  .16 process
#   10.79.1.0/24  inner  .1 miner               .3 bastion  .12 inner
#
# Hosts and the miner find each other. The operator has a way to the farm alone, so that what is inner is behind the bastion.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
repo=$(cd "$here/../../.." && pwd)
node=$(readlink -f "$(command -v node)")
hosts=/run/lab/hosts

up() { # FOLDER BASE NAME
  folder=$1 base=$2 name=$3
  mount -t tmpfs -o mode=755 lab /run
  mkdir -p "$hosts" /run/lab/shared /run/netns "$folder/home/.ssh" "$folder/sandbox"
  ln -s "$folder" /run/lab/folder
  bridges
  operator_home
  host bastion sshd farm 3 inner 3
  host plain systemd farm 11
  host inner systemd inner 12
  host sudo systemd farm 13
  host closed systemd farm 14
  host slow systemd farm 15
  host process sshd farm 16
  own_ways
  local each
  for each in "$hosts"/*; do start "${each##*/}" & done
  for each in "$hosts"/*; do await "${each##*/}"; done
  echo ready
  # The first process of a PID namespace has to be there for orphans.
  while :; do wait || :; sleep 1; done
}

# -- the network -------------------------------------------------------------------------------------------------------

bridges() {
  ip link set lo up
  # Workers fetch sectors from each other, whichever bridge they are on.
  echo 1 >/proc/sys/net/ipv4/ip_forward
  local number=0 net
  for net in farm inner; do
    ip link add "$net" type bridge
    ip address add "10.79.$number.1/24" dev "$net"
    ip link set "$net" up
    number=$((number + 1))
  done
  ip netns add operator
  cable operator eth0 farm 2
}

# A cable from a machine to a bridge.
cable() { # MACHINE INTERFACE BRIDGE NUMBER
  ip link add "$1-${2#eth}" type veth peer name "$2" netns "$1"
  ip link set "$1-${2#eth}" master "$3" up
  ip -n "$1" address add "$(address "$3" "$4")/24" dev "$2"
  ip -n "$1" link set lo up
  ip -n "$1" link set "$2" up
}

address() { # BRIDGE NUMBER
  if [ "$1" = farm ]; then echo "10.79.0.$2"; else echo "10.79.1.$2"; fi
}

# -- the operator ------------------------------------------------------------------------------------------------------

# Whoever runs the tests has this home here, for ssh too, which asks the list of users.
operator_home() {
  local ssh=$folder/home/.ssh
  chmod 700 "$ssh"
  ssh-keygen -q -t ed25519 -N '' -C lab -f "$ssh/id_ed25519"
  cat >"$ssh/config" <<CONFIG
Host bastion
  HostName 10.79.0.3
Host inner
  HostName 10.79.1.12
  ProxyJump bastion
Host sudo
  HostName 10.79.0.13
  User sealer
Host slow
  HostName 10.79.0.15
  ProxyCommand $node $here/slow-link.mjs %h %p
CONFIG
  awk -F : -v OFS=: -v me="$(id -un)" -v home="$folder/home" '$1 == me { $6 = home } { print }' /etc/passwd >/run/lab/passwd
  mount --bind /run/lab/passwd /etc/passwd
}

# -- hosts -------------------------------------------------------------------------------------------------------------

# A host's files, on top of the base.
host() { # NAME KIND BRIDGE NUMBER [BRIDGE NUMBER]
  local name=$1 kind=$2 dir=$hosts/$1 root=$hosts/$1/root address key
  address=$(address "$3" "$4")
  mkdir -p "$dir"/{upper,work,root,seal}
  mount -t overlay overlay -o "lowerdir=$base,upperdir=$dir/upper,workdir=$dir/work" "$root"
  echo "$kind" >"$dir/kind"
  echo "$address" >"$dir/address"

  tr -d - </proc/sys/kernel/random/uuid >"$root/etc/machine-id"
  echo "$name" >"$root/etc/hostname"
  printf '127.0.0.1 localhost\n%s %s\n' "$address" "$name" >"$root/etc/hosts"
  key=$root/etc/ssh/ssh_host_ed25519_key
  ssh-keygen -q -t ed25519 -N '' -C "$name" -f "$key"
  echo "$address $(cut -d ' ' -f 1,2 "$key.pub")" >>"$folder/home/.ssh/known_hosts"
  install -m 600 "$folder/home/.ssh/id_ed25519.pub" "$root/root/.ssh/authorized_keys"
  lotus_worker "$root"

  ip netns add "$name"
  cable "$name" eth0 "$3" "$4"
  ip -n "$name" route add default via "$(address "$3" 1)"
  if [ $# -gt 4 ]; then cable "$name" eth1 "$5" "$6"; fi
}

# The simulator, which runs from the folders that `start` shows the host.
lotus_worker() { # ROOT
  cat >"$1/usr/local/bin/lotus-worker" <<WORKER
#!/bin/sh
SEALFARM_SANDBOX=$folder/sandbox
SANDBOX_FILE_LIMITS="\$(ulimit -Sn):\$(ulimit -Hn)"
export SEALFARM_SANDBOX SANDBOX_FILE_LIMITS
exec /opt/sealfarm/node /opt/sealfarm/dist/sandbox/worker/worker-main.js "\$@"
WORKER
  chmod 755 "$1/usr/local/bin/lotus-worker"
}

# In which hosts differ.
own_ways() {
  local root=$hosts/sudo/root
  printf 'PermitRootLogin no\n' >"$root/etc/ssh/sshd_config.d/own.conf"
  install -m 600 -o 1000 -g 1000 "$folder/home/.ssh/id_ed25519.pub" "$root/home/sealer/.ssh/authorized_keys"
  rm "$root/root/.ssh/authorized_keys"
  printf 'sealer ALL=(root) NOPASSWD: /bin/sh -s, /usr/bin/sh -s\n' >"$root/etc/sudoers.d/sealfarm"

  printf 'AllowTcpForwarding no\n' >"$hosts/closed/root/etc/ssh/sshd_config.d/own.conf"

  # No coreutils, no dash: all by busybox.
  root=$hosts/process/root
  ln -sf busybox "$root/bin/sh"
  printf 'SetEnv PATH=/opt/busybox:/usr/local/bin:/usr/sbin:/usr/bin\n' >"$root/etc/ssh/sshd_config.d/own.conf"
}

# Runs a host for as long as it is started anew: its reboot ends nspawn with status 133.
start() { # NAME
  local dir=$hosts/$1 first=(/sbin/lab-init) root
  if [ "$(cat "$dir/kind")" = sshd ]; then
    first=(--as-pid2 /bin/sh -c 'mkdir -p /run/sshd; exec /usr/sbin/sshd -D -e')
  fi
  for root in $(cgroup_roots); do
    mkdir -p "$root/$name/$1"
    echo "$BASHPID" >"$root/$name/$1/cgroup.procs"
  done
  while :; do
    local status=0
    systemd-nspawn --quiet --directory "$dir/root" --machine "$1" --register=no --keep-unit \
      --network-namespace-path "/run/netns/$1" --capability CAP_NET_ADMIN --console read-only \
      --link-journal no --resolv-conf off --timezone off \
      --bind "$dir/seal:/mnt/seal" --bind /run/lab/shared:/mnt/shared --bind-ro "$folder/sandbox" \
      --bind-ro "$node:/opt/sealfarm/node" --bind-ro "$repo/dist:/opt/sealfarm/dist" \
      --bind-ro "$repo/package.json:/opt/sealfarm/package.json" \
      --bind-ro "$(readlink -f "$repo/node_modules"):/opt/sealfarm/node_modules" \
      "${first[@]}" >>"$dir/console.log" 2>&1 </dev/null || status=$?
    if [ "$status" != 133 ]; then break; fi
  done
}

# This process's place in each hierarchy that a container uses; cgroup v2 has but one.
cgroup_roots() {
  local cgroups=/sys/fs/cgroup controller
  if [ -e "$cgroups/cgroup.controllers" ]; then echo "$cgroups"; fi
  for controller in systemd unified cpu cpuacct pids blkio; do
    if [ -d "$cgroups/$controller" ]; then echo "$cgroups/$controller"; fi
  done
  if [ -d "$cgroups/memory" ]; then echo "$cgroups/memory$(awk -F : '$2 == "memory" { print $3 }' /proc/self/cgroup)"; fi
}

# Until it lets people in.
await() { # NAME
  local tries=0
  until answers "$1"; do
    tries=$((tries + 1))
    if [ "$tries" -gt 600 ]; then
      printf '%s did not come up\n' "$1" >&2
      tail -n 20 "$hosts/$1/console.log" >&2
      return 1
    fi
    sleep 0.1
  done
}

answers() { # NAME
  local state
  if [ "$(cat "$hosts/$1/kind")" = systemd ]; then
    state=$(at "$1" systemctl is-system-running 2>/dev/null) || [ "$state" = degraded ] || return 1
  fi
  timeout 2 bash -c "read -r greeting <'/dev/tcp/$(cat "$hosts/$1/address")/22' && [ \"\${greeting#SSH-2}\" != \"\$greeting\" ]" 2>/dev/null
}

# The first process of a host.
first_process() { # NAME
  local nspawn
  nspawn=$(pgrep --oldest --full "systemd-nspawn .*--machine $1 ") && pgrep --oldest --parent "$nspawn"
}

at() { # NAME CMD…
  local first
  first=$(first_process "$1") || return 1
  shift
  nsenter --target "$first" --all -- "$@"
}

# Notes every program that is started on a host, with all its words, until the input ends.
watch() { # NAME FILE
  local first process pids=()
  first=$(first_process "$1")
  for process in /proc/[0-9]*; do
    if [ "$(readlink "$process/ns/pid")" = "$(readlink "/proc/$first/ns/pid")" ]; then pids+=("${process#/proc/}"); fi
  done
  strace --follow-forks --quiet=all --string-limit=65536 --trace=execve,execveat --output="$2" \
    "${pids[@]/#/--attach=}" </dev/null &
  until grep -q 'TracerPid:[[:space:]]*[1-9]' "/proc/${pids[-1]}/status"; do kill -0 $!; sleep 0.05; done
  echo watching
  cat >/dev/null
  kill $!
  wait
}

reboot() { # NAME
  local before
  before=$(first_process "$1")
  at "$1" systemctl reboot
  while [ "$(first_process "$1")" = "$before" ]; do sleep 0.05; done
  await "$1"
}

in_network() { # NAMESPACE CMD…
  local file=$1
  shift
  cd /run/lab/folder
  HOME=$PWD/home exec nsenter --net="$file" -- "$@"
}

command=$1
shift
case $command in
up) up "$@" ;;
at) at "$@" ;;
watch) watch "$@" ;;
reboot) reboot "$@" ;;
operator) in_network /run/netns/operator "$@" ;;
miner) in_network /proc/1/ns/net "$@" ;;
esac
