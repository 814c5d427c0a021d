/**
 * A command line that runs a program in a network of its own, as if it were the machine's: its interfaces, its routes and
 * its firewall are apart from this machine's, and go with it. /sys is that network's too, but for the cgroups.
 */
export const inPrivateNetwork = (before = 'true'): string[] => {
  const script = `
mount -t tmpfs none /mnt
mkdir /mnt/cgroup
mount --rbind /sys/fs/cgroup /mnt/cgroup
mount -t sysfs none /sys
mount --rbind /mnt/cgroup /sys/fs/cgroup
umount -l /mnt
ip link set lo up
${before}
exec "$@"`;
  return ['unshare', '--net', '--mount', 'sh', '-ec', script, 'sh'];
};
