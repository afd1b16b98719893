#!/usr/bin/env bash
# base.sh FOLDER: makes the root file system that all hosts of the lab share, 300 MB in 1 to 3 minutes. Needs root and debootstrap.
set -euo pipefail
folder=$1

# The same release as this machine, so that its node runs there, from wherever this machine has its packages.
. /etc/os-release
mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' "Codename: $VERSION_CODENAME" | head -n 1)
packages=systemd,systemd-sysv,dbus,openssh-server,iproute2,procps,sudo,busybox,tmux
debootstrap --variant=minbase --include="$packages" "$VERSION_CODENAME" "$folder" "$mirror"
rm -rf "$folder"/var/cache/apt/archives/*.deb "$folder"/var/lib/apt/lists/*

# What a host in a container has no use for, or what would fail there.
for unit in getty@.service console-getty.service getty-static.service systemd-udevd.service systemd-udev-trigger.service \
  systemd-timesyncd.service systemd-firstboot.service systemd-pstore.service e2scrub_reap.service \
  apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer fstrim.timer; do
  ln -sf /dev/null "$folder/etc/systemd/system/$unit"
done
: >"$folder/etc/fstab"

# Each host has its own of these.
rm -f "$folder"/etc/ssh/ssh_host_* "$folder/etc/machine-id" "$folder/etc/hostname"
printf 'UseDNS no\n' >"$folder/etc/ssh/sshd_config.d/lab.conf"
install -d -m 700 "$folder/root/.ssh"
useradd --root "$folder" --uid 1000 --create-home --shell /bin/bash sealer
install -d -m 700 -o 1000 -g 1000 "$folder/home/sealer/.ssh"

# Applets of busybox by their own names, for the host that has nothing else.
mkdir -p "$folder/opt/busybox"
chroot "$folder" /bin/busybox --install -s /opt/busybox

# nspawn mounts the controllers of cgroup v1 read-only; systemd looks once, at its start, whether it may write there.
cat >"$folder/sbin/lab-init" <<'INIT'
#!/bin/sh
for controller in memory cpu pids cpuacct blkio; do
  mount -o remount,rw,bind "/sys/fs/cgroup/$controller" 2>/dev/null
done
exec /lib/systemd/systemd
INIT
chmod +x "$folder/sbin/lab-init"
