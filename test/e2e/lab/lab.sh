#!/usr/bin/env bash
# Real hosts on one machine, for the e2e tests: containers with systemd as their first process, sshd, and a network of their own.
#   lab.sh keep            sets a lab up, says `lab FOLDER PID` and at last `ready`; ends it all when its standard input ends
#   lab.sh enter PID WORD… runs a command in the lab of that PID: `at HOST CMD…`, `watch HOST FILE`, `reboot HOST`, `operator CMD…` or `miner CMD…`
# Needs root and: debootstrap iproute2 openssh-client procps strace systemd-container. Works on cgroups v1, and without systemd here.
#
# All of it lives in a PID, a mount and a network namespace of its own, with a tmpfs in place of /run: when the first process
# ends, the kernel takes everything away. What lies outside, a folder and some cgroups, the keeper removes, or else the next one.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cgroups=/sys/fs/cgroup

keep() {
  local base
  base=$(base)
  sweep
  folder=$(mktemp -d "${TMPDIR:-/tmp}/sealfarm-lab-$$.XXXXXX")
  trap end EXIT
  trap : INT HUP TERM
  setpriv --pdeathsig KILL unshare --mount --net --pid --fork --kill-child --mount-proc --propagation private \
    "$here/inside.sh" up "$folder" "$base" "sealfarm-lab-$$" </dev/null &
  space=$!
  echo "lab $folder $space"
  cat <&0 >/dev/null &
  listener=$!
  wait -n || :
}

end() {
  kill -KILL "$space" "$listener" 2>/dev/null || :
  wait 2>/dev/null
  remove "$folder"
}

# What keepers left that were killed.
sweep() {
  local left
  for left in "${TMPDIR:-/tmp}"/sealfarm-lab-*.*; do
    if [ -d "$left" ] && ! grep -qs lab.sh "/proc/$(keeper_of "$left")/cmdline"; then remove "$left"; fi
  done
}

# A lab's folder with its cgroups, which go when their last process has gone. The folder is last: it tells of the rest.
remove() { # FOLDER
  local tries name
  name=sealfarm-lab-$(keeper_of "$1")
  for tries in $(seq 100); do
    find "$cgroups" -depth -type d -path "*/$name*" -exec rmdir {} + 2>/dev/null || :
    if [ -z "$(find "$cgroups" -type d -name "$name")" ]; then break; fi
    sleep 0.1
  done
  rm -rf --one-file-system "$1"
}

keeper_of() { # FOLDER
  local rest=${1##*/sealfarm-lab-}
  echo "${rest%.*}"
}

# The root file system that all hosts share, made anew when its recipe changes. One that is not finished has another name.
base() {
  local cache=${XDG_CACHE_HOME:-$HOME/.cache}/sealfarm/lab key
  key=$(cat "$here/base.sh" /etc/os-release | sha256sum | cut -c 1-16)
  mkdir -p "$cache"
  exec 9>"$cache/lock"
  flock 9
  if [ ! -d "$cache/$key" ]; then
    rm -rf --one-file-system "$cache/unfinished"
    if ! "$here/base.sh" "$cache/unfinished" >"$cache/log" 2>&1 9>&-; then
      tail -n 20 "$cache/log" >&2
      return 1
    fi
    mv "$cache/unfinished" "$cache/$key"
  fi
  exec 9>&-
  echo "$cache/$key"
}

case ${1:-} in
keep) keep ;;
enter)
  space=$2
  shift 2
  exec nsenter --target "$space" --mount --net --pid="/proc/$space/ns/pid_for_children" "$here/inside.sh" "$@"
  ;;
*) sed -n 2,5p "$0" ;;
esac
