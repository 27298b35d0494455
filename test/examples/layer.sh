#!/bin/bash
# A machine for a test: namespaces, and this machine's files under a layer that is thrown away.
# Usage, as root: layer.sh DIR EXECUTABLE INIT. DIR/files is laid over /, packages in DIR/packages are unpacked into it, and
# EXECUTABLE is /usr/local/bin/remit. /try.sh runs there, under systemd or by itself (INIT is systemd or script), and what
# it prints goes to DIR/out/log.
set -euo pipefail

inside() {
  mount --make-rprivate /
  mkdir -p "$1/layer" && mount -t tmpfs tmpfs "$1/layer"
  mkdir "$1"/layer/{up,work,root}
  mount -t overlay overlay -o "lowerdir=/,upperdir=$1/layer/up,workdir=$1/layer/work" "$1/layer/root"
  root=$1/layer/root
  mount -t proc proc "$root/proc"
  mount -t tmpfs tmpfs "$root/run"
  mount -t tmpfs tmpfs "$root/tmp"
  mount --rbind /dev "$root/dev"
  mkdir "$root/out" && mount --bind "$1/out" "$root/out"
  for package in "$1"/packages/*.deb; do
    [ -e "$package" ] && dpkg-deb --fsys-tarfile "$package" | tar -x --keep-directory-symlink -C "$root"
  done
  # Nothing of this machine's own starts.
  rm -rf "$root"/etc/systemd/system/*.wants "$root/etc/systemd/system/default.target"
  cp -r "$1"/files/. "$root/"
  touch "$root/usr/local/bin/remit" && mount --bind "$2" "$root/usr/local/bin/remit"
  if [ "$3" = script ]; then exec chroot "$root" bash /try.sh >"$1/out/log" 2>&1; fi

  mount -t sysfs sysfs "$root/sys"
  mount -t cgroup2 cgroup2 "$root/sys/fs/cgroup"
  cat >"$root/etc/systemd/system/try.target" <<'UNIT'
[Unit]
DefaultDependencies=no
Wants=try.service
UNIT
  cat >"$root/etc/systemd/system/try.service" <<'UNIT'
[Unit]
DefaultDependencies=no
[Service]
Type=oneshot
StandardOutput=append:/out/log
StandardError=inherit
ExecStart=/bin/bash /try.sh
ExecStopPost=/bin/systemctl poweroff --force --force
UNIT
  export container=unshare
  exec chroot "$root" /lib/systemd/systemd --unit=try.target --log-level=warning
}

if [ "${1:-}" = inside ]; then inside "$2" "$3" "$4"; fi
# With unshare all ends that runs in the namespaces.
space() {
  exec timeout --signal=KILL 150 unshare --mount --pid --fork --uts --ipc --net --kill-child "$@"
}
if [ "$3" = script ]; then space bash "$0" inside "$@"; fi
# A control group of its own: systemd moves every process that it finds in the root of what it sees.
read -r _ groups _ < <(grep ' cgroup2 ' /proc/self/mounts)
group=$groups/remit-examples-$$
mkdir "$group"
# What was killed in it may take a moment to be gone.
leave() {
  for _ in $(seq 50); do
    find "$group" -depth -type d -exec rmdir {} + 2>/dev/null
    [ -d "$group" ] || break
    sleep 0.1
  done
}
trap leave EXIT
(echo "$BASHPID" >"$group/cgroup.procs" && space --cgroup bash "$0" inside "$@")
