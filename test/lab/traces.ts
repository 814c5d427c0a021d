import { readdir, readFile } from 'node:fs/promises';
import { execa } from 'execa';

/**
 * All that a lab could leave on this machine: mounts, links, network namespaces, cgroups, firewall rules, processes, limits. What
 * bears another lab's name is left out, since tests of other files may have labs at once.
 */
export const traces = async (lab: string, folders: readonly string[]): Promise<string[]> => {
  const foreign = new RegExp(`\\bkb-(?!${lab}(?![a-z0-9]))`);
  const mounts = lines(await readFile('/proc/self/mountinfo', 'utf8')).map((line) =>
    line.split(' ').slice(3).join(' '),
  );
  const links = lines((await execa('ip', ['-o', 'link', 'show'])).stdout).map(
    (line) => line.split(': ')[1]?.split('@')[0],
  );
  const rules = (await execa('iptables', ['-S'], { reject: false })).stdout ?? '';
  const found = [
    ...mounts.map((mount) => `mount ${mount}`),
    ...links.map((link) => `link ${link}`),
    ...(await list('/run/netns')).map((name) => `netns ${name}`),
    ...(await list('/run/systemd/nspawn/propagate')).map((name) => `nspawn ${name}`),
    ...(await list('/run/systemd/nspawn/locks')).map((name) => `nspawn lock ${name}`),
    ...(await cgroups('/sys/fs/cgroup', 2)).map((group) => `cgroup ${group}`),
    ...lines(rules).map((rule) => `rule ${rule}`),
    ...(await processes([`kb-${lab}`, ...folders])).map((command) => `process ${command}`),
  ];
  return found.filter((trace) => !foreign.test(trace)).sort();
};

/** What is there now and was not before. What others take away meanwhile is no trace of a lab. */
export const newTraces = (before: readonly string[], now: readonly string[]): string[] =>
  now.filter((trace) => !before.includes(trace));

const processes = async (marks: readonly string[]): Promise<string[]> => {
  const found: string[] = [];
  for (const pid of await list('/proc')) {
    if (!/^\d+$/.test(pid) || Number(pid) === process.pid) continue;
    const [command, cgroup] = await Promise.all([text(`/proc/${pid}/cmdline`), text(`/proc/${pid}/cgroup`)]);
    if (marks.some((mark) => command.includes(mark) || cgroup.includes(mark)))
      found.push(command.replaceAll('\0', ' '));
  }
  return found;
};

const cgroups = async (folder: string, depth: number): Promise<string[]> => {
  if (depth === 0) return [];
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const folders = entries.filter((entry) => entry.isDirectory()).map((entry) => `${folder}/${entry.name}`);
  return [...folders, ...(await Promise.all(folders.map((inner) => cgroups(inner, depth - 1)))).flat()];
};

const lines = (whole: string): string[] => whole.split('\n').filter(Boolean);
const list = (folder: string): Promise<string[]> => readdir(folder).catch(() => []);
const text = (file: string): Promise<string> => readFile(file, 'utf8').catch(() => '');
