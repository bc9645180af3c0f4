#!/bin/sh
# Builds the virtual machine of the tests from Debian's packages and keeps it in a cache: Debian 12 with systemd, SSH, sudo with a password,
# and the Node that is first in PATH. Needs root, mmdebstrap and e2fsprogs. Prints the folder with vm.img, vmlinuz, initrd.img and key.
set -eu
cache=${RIGUP_VM_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/rigup-vm}
script=$(readlink -f -- "$0")
stamp=$( { cksum <"$script"; node --version; } | tr '\n' ' ')
if [ "$(cat "$cache/stamp" 2>/dev/null || true)" = "$stamp" ]; then
  printf '%s\n' "$cache"
  exit 0
fi
for tool in mmdebstrap mkfs.ext4 ssh-keygen node; do
  command -v "$tool" >/dev/null 2>&1 || {
    printf 'the virtual machine needs %s (Debian: apt-get install mmdebstrap qemu-system-x86 openssh-client)\n' "$tool" >&2
    exit 1
  }
done
rm -rf "$cache"
mkdir -p "$cache"
printf 'building the virtual machine (about 4 min) ...\n' >&2
packages=systemd,systemd-sysv,dbus,dbus-user-session,linux-image-cloud-amd64,openssh-server,sudo,curl,ca-certificates,iproute2,udev,e2fsprogs
mmdebstrap --quiet --variant=minbase --include="$packages" bookworm "$cache/vm.tar"
root=$cache/root
mkdir "$root"
tar -C "$root" -xf "$cache/vm.tar"
rm "$cache/vm.tar"

ssh-keygen -q -t ed25519 -N '' -f "$cache/key"
printf 'rig\n' >"$root/etc/hostname"
printf '127.0.0.1 localhost rig\n' >"$root/etc/hosts"
printf '/dev/vda / ext4 defaults 0 1\n' >"$root/etc/fstab"
printf '[Match]\nName=en*\n[Network]\nDHCP=yes\n' >"$root/etc/systemd/network/wired.network"
chroot "$root" systemctl enable --quiet systemd-networkd ssh
chroot "$root" useradd --create-home --shell /bin/bash --groups sudo miner
printf 'miner:right-password\n' | chroot "$root" chpasswd
install -d -m 700 "$root/home/miner/.ssh"
install -m 600 "$cache/key.pub" "$root/home/miner/.ssh/authorized_keys"
chroot "$root" chown -R miner:miner /home/miner/.ssh
install -m 755 "$(node -p process.execPath)" "$root/usr/local/bin/node"

cp -L "$root/vmlinuz" "$cache/vmlinuz"
cp -L "$root/initrd.img" "$cache/initrd.img"
truncate -s 4G "$cache/vm.img"
mkfs.ext4 -q -d "$root" "$cache/vm.img"
rm -rf "$root"
printf '%s' "$stamp" >"$cache/stamp"
printf '%s\n' "$cache"
