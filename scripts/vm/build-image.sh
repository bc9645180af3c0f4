#!/bin/sh
# Builds the virtual machine of the tests from Debian's packages and keeps it in a cache: Debian 12 with systemd, SSH, sudo with a password,
# a user without sudo, the Node that is first in PATH, and a package source of its own with earlyoom, because the machine has no network.
# Needs root, mmdebstrap, flock and e2fsprogs. Prints the folder with vm.img, vmlinuz, initrd.img and key.
set -eu
cache=${RIGUP_VM_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/rigup-vm}
mkdir -p "${cache%/*}"
# Several tests may want it at once; one of them builds it.
exec 9>"$cache.lock"
flock 9
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
packages=systemd,systemd-sysv,dbus,dbus-user-session,linux-image-cloud-amd64,openssh-server,sudo,curl,ca-certificates,iproute2,udev
packages=$packages,python3-minimal,e2fsprogs,btrfs-progs,xfsprogs,ntfs-3g
# The hook runs outside the new system, with its package lists.
# shellcheck disable=SC2016
mmdebstrap --quiet --variant=minbase --include="$packages" \
  --customize-hook='mkdir "$1/opt/packages" && cd "$1/opt/packages" && APT_CONFIG="$MMDEBSTRAP_APT_CONFIG" apt-get -q download earlyoom lsb-base' \
  bookworm "$cache/vm.tar"
root=$cache/root
mkdir "$root"
tar -C "$root" -xf "$cache/vm.tar"
rm "$cache/vm.tar"

for package in "$root"/opt/packages/*.deb; do
  dpkg-deb --field "$package"
  printf 'Filename: ./%s\nSize: %s\nSHA256: %s\n\n' "$(basename "$package")" "$(stat -c %s "$package")" "$(sha256sum "$package" | cut -d' ' -f1)"
done >"$root/opt/packages/Packages"
rm -rf "$root/etc/apt/sources.list" "$root/etc/apt/sources.list.d"
printf 'deb [trusted=yes] file:/opt/packages ./\n' >"$root/etc/apt/sources.list"

ssh-keygen -q -t ed25519 -N '' -f "$cache/key"
printf 'rig\n' >"$root/etc/hostname"
printf '127.0.0.1 localhost rig\n' >"$root/etc/hosts"
printf '/dev/vda / ext4 defaults 0 1\n' >"$root/etc/fstab"
printf '[Match]\nName=en*\n[Network]\nDHCP=yes\n' >"$root/etc/systemd/network/wired.network"
chroot "$root" systemctl enable --quiet systemd-networkd ssh
chroot "$root" useradd --create-home --shell /bin/bash --groups sudo miner
chroot "$root" useradd --create-home --shell /bin/bash guest
printf 'miner:right-password\n' | chroot "$root" chpasswd
for user in miner guest; do
  install -d -m 700 "$root/home/$user/.ssh"
  install -m 600 "$cache/key.pub" "$root/home/$user/.ssh/authorized_keys"
  chroot "$root" chown -R "$user:$user" "/home/$user/.ssh"
done
install -m 755 "$(node -p process.execPath)" "$root/usr/local/bin/node"

cp -L "$root/vmlinuz" "$cache/vmlinuz"
cp -L "$root/initrd.img" "$cache/initrd.img"
truncate -s 12G "$cache/vm.img"
mkfs.ext4 -q -d "$root" "$cache/vm.img"
rm -rf "$root"
printf '%s' "$stamp" >"$cache/stamp"
printf '%s\n' "$cache"
