import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { LabPlace } from './state.ts';
import { tool } from './tool.ts';

/** Makes the key that lets one into every host of the lab, without a passphrase, 0600. Returns its public line. */
export const makeLabKey = async (place: LabPlace): Promise<string> => {
  await makeKey(place.key, `lab ${place.name}`);
  return readFile(`${place.key}.pub`, 'utf8');
};

/** Makes a host's own key in `folder` (its /etc/ssh); returns its line for known_hosts. */
export const makeHostKey = async (folder: string, address: string): Promise<string> => {
  const file = join(folder, 'ssh_host_ed25519_key');
  await makeKey(file, '');
  const [type, key] = (await readFile(`${file}.pub`, 'utf8')).split(' ');
  return `${address} ${type} ${key?.trim()}\n`;
};

const makeKey = async (file: string, comment: string): Promise<void> => {
  await rm(file, { force: true });
  await tool('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', comment, '-f', file]);
};
