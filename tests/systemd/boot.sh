#!/bin/sh
# Becomes a systemd of its own above the folder $1, which shows this machine's /usr, the checkout $2 (as a copy that may be changed)
# and the Python $3. Called as root in namespaces of its own, so nothing of this is seen outside.
set -eu
root=$1 checkout=$2 python=$3

mount --make-rprivate /
mount --bind "$root" "$root"
mount --bind -o ro /usr "$root/usr"
mount --bind -o ro "$python" "$root/opt/python"
mount -t tmpfs tmpfs "$root/opt/changes"
mkdir "$root/opt/changes/upper" "$root/opt/changes/work"
mount -t overlay overlay -o "lowerdir=$checkout,upperdir=$root/opt/changes/upper,workdir=$root/opt/changes/work" \
    "$root/opt/outreach"
cp -a "$root/opt/moved/." "$root/opt/outreach/"

mount -t proc proc "$root/proc"
mount -t sysfs sysfs "$root/sys"
mount -t cgroup2 cgroup2 "$root/sys/fs/cgroup"
mount -t tmpfs -o mode=755 tmpfs "$root/run"
mount -t tmpfs tmpfs "$root/tmp"
mount -t tmpfs -o mode=755 tmpfs "$root/dev"
for device in null zero full random urandom tty; do
    touch "$root/dev/$device"
    mount --bind "/dev/$device" "$root/dev/$device"
done
ln -s pts/ptmx "$root/dev/ptmx"

cd "$root"
mkdir -p before
pivot_root . before
umount --lazy before
mount --make-rshared /
exec env -i container=nested PATH=/usr/bin:/usr/sbin SYSTEMD_UNIT_PATH=/etc/systemd/system SYSTEMD_GENERATOR_PATH=/etc/systemd/generators \
    /usr/lib/systemd/systemd --system --unit=office.target
