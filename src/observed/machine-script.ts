/** File systems of other machines and of programs: to ask one that has gone away can take for ever. */
const REMOTE_TYPES = 'nfs4?|cifs|smb3|ceph|glusterfs|lustre|beegfs|9p|fuse[.].*';

/** File systems of this machine that are on no single device. */
const POOL_TYPES = 'zfs|btrfs|bcachefs';

/**
 * Functions that ask a machine what it has, for a POSIX shell with coreutils or busybox. The limit of files is raised
 * just as it is when a worker is started, in a shell of its own.
 */
export const MACHINE_FUNCTIONS = `memory() { sed -n "s/^$1: *\\\\([0-9]*\\\\) kB.*/\\\\1/p" /proc/meminfo; }
lists() { cat "$@" 2>/dev/null | sort -u | grep -c .; }
machine() {
  echo "clock $(date +%s)"
  echo "user $(id -u)"
  echo "cpus $(getconf _NPROCESSORS_ONLN 2>/dev/null || grep -c '^processor' /proc/cpuinfo)"
  echo "cores $(lists /sys/devices/system/cpu/cpu[0-9]*/topology/thread_siblings_list)"
  echo "memory $(memory MemTotal) $(memory SwapTotal)"
  echo "l3 $(lists /sys/devices/system/cpu/cpu[0-9]*/cache/index3/shared_cpu_list)"
  echo "files $( (ulimit -n 1048576 2>/dev/null || ulimit -n "$(ulimit -H -n)"; ulimit -S -n) ) $(ulimit -H -n)"
}
nodes() {
  for node in /sys/devices/system/node/node[0-9]*; do
    kib=$(sed -n 's/.* MemTotal: *\\([0-9]*\\) kB.*/\\1/p' "$node/meminfo" 2>/dev/null)
    [ -z "$kib" ] || echo "node \${node##*/node} $kib $(cat "$node/cpulist" 2>/dev/null)"
  done
  for pages in /sys/kernel/mm/hugepages/hugepages-*kB; do
    kib=\${pages##*-}
    [ ! -d "$pages" ] || echo "hugepages \${kib%kB} $(cat "$pages/nr_hugepages" "$pages/free_hugepages" | tr '\\n' ' ')"
  done
}
# A GPU that has fallen off the bus can hold nvidia-smi for ever.
gpus() {
  count=0
  for device in /sys/bus/pci/devices/*; do
    vendor= class=
    { read -r vendor <"$device/vendor" && read -r class <"$device/class"; } 2>/dev/null
    case $vendor:$class in 0x10de:0x03*) count=$((count + 1)) ;; esac
  done
  if [ -e /proc/driver/nvidia/version ]; then module=loaded; else module=absent; fi
  echo "nvidia $count $module"
  if ! command -v nvidia-smi >/dev/null 2>&1; then echo 'gpus absent -'
  elif listed=$(bounded nvidia-smi --query-gpu=index,uuid,memory.total,name --format=csv,noheader,nounits 2>&1 </dev/null)
  then say gpus ok "=$listed"
  else say gpus failing "=$listed"; fi
}
# 1 where the disk turns, 0 where it does not; a partition is asked by its disk.
turns() {
  for queue in "/sys/dev/block/$1/queue" "/sys/dev/block/$1/../queue"; do
    if [ -r "$queue/rotational" ]; then cat "$queue/rotational"; return; fi
  done
  echo -
}
# Each file system once, by the first place where it is mounted.
mounts() {
  awk '{
    for (i = 7; i < NF && $i != "-"; i++);
    type = $(i + 1); from = $(i + 2); kind = ""
    if (type ~ /^(${REMOTE_TYPES})$/) kind = "remote"
    else if (type ~ /^(squashfs|iso9660)$/) kind = ""
    else if (substr(from, 1, 1) == "/" || type ~ /^(${POOL_TYPES})$/ || $5 == "/") kind = "local"
    if (kind != "" && !seen[$3]++) {
      access = "," $6 "," $NF "," ~ /,ro,/ ? "ro" : "rw"
      gsub(/\\\\040/, " ", $5); print kind, $3, type, from, access, $5
    }
  }' /proc/self/mountinfo 2>/dev/null | while read -r kind device type from access at; do
    if [ "$kind" = local ]; then space=$(room); else space=-; fi
    say mount "$device" "$type" "=$from" "=$at" "$space" "$access" "$(turns "$device")"
  done
}
room() { df -Pk "$at" 2>/dev/null | sed -n '$p' | encode; }`;
