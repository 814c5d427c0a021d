import { writeFile } from 'node:fs/promises';
import { Document } from 'yaml';
import type { LabPlace, LabRecord } from './state.ts';

/**
 * The lab as an inventory: the first host is the master, the others are workers (a lone host is both). Key and known_hosts are
 * the lab's own; host keys are checked against it, as on real hosts.
 */
export const inventoryOf = (place: LabPlace, lab: LabRecord): string => {
  const names = lab.hosts.map(({ name }) => name);
  const group = (members: readonly string[]) => ({ hosts: Object.fromEntries(members.map((name) => [name, null])) });
  const document = new Document({
    all: {
      vars: {
        ansible_user: 'root',
        ansible_ssh_private_key_file: place.key,
        ansible_ssh_common_args: sshOptions(place).join(' '),
        ...lab.variables,
      },
      hosts: Object.fromEntries(lab.hosts.map(({ name, address }) => [name, { ansible_host: address }])),
      children: {
        masters: group(names.slice(0, 1)),
        workers: group(names.length > 1 ? names.slice(1) : names),
      },
    },
  });
  document.commentBefore = ` The lab '${lab.name}', ${made}; k8s-bm lab down removes its hosts.`;
  return document.toString({ nullStr: '', lineWidth: 0 });
};

export const writeInventory = (place: LabPlace, lab: LabRecord, file: string): Promise<void> =>
  writeFile(file, inventoryOf(place, lab));

/** Whether a file's text is an inventory that `writeInventory` made. */
export const isLabInventory = (text: string): boolean => (text.split('\n')[0] ?? '').includes(made);

const made = 'made by k8s-bm lab up';

/** Options that make the system's ssh use the lab's keys and no other, and touch nothing of the user's. */
export const sshOptions = (place: LabPlace): string[] => [
  '-o',
  `UserKnownHostsFile=${place.knownHosts}`,
  '-o',
  'GlobalKnownHostsFile=/dev/null',
  '-o',
  'StrictHostKeyChecking=yes',
  '-o',
  'IdentitiesOnly=yes',
];
