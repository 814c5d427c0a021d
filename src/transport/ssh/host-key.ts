import { createHmac, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { appendFile, mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ConnectionError, type Target } from '../transport.ts';
import {
  fingerprint,
  type HostKey,
  hasAuthority,
  hostName,
  judge,
  type KnownHost,
  knownTypes,
  parseKnownHosts,
} from './known-hosts.ts';
import type { SshSettings } from './ssh-config.ts';

/** Decides whether a host is the one that it should be, by the key that it shows. */
export interface HostKeyCheck {
  /** What to ask the host for, the types that are known first: `algorithms.serverHostKey` of ssh2. */
  readonly algorithms: readonly string[];
  /** Answers whether to go on. */
  verify(blob: Buffer): boolean;
  /** Why `verify` said no. */
  readonly refusal: ConnectionError | undefined;
}

const algorithmsOf: Readonly<Record<string, readonly string[]>> = {
  'ssh-ed25519': ['ssh-ed25519'],
  'ecdsa-sha2-nistp256': ['ecdsa-sha2-nistp256'],
  'ecdsa-sha2-nistp384': ['ecdsa-sha2-nistp384'],
  'ecdsa-sha2-nistp521': ['ecdsa-sha2-nistp521'],
  'ssh-rsa': ['rsa-sha2-512', 'rsa-sha2-256', 'ssh-rsa'],
};

/** Reads the known_hosts files once; `name` is what messages call the host. */
export const hostKeyCheck = async (
  name: string,
  settings: SshSettings,
  target: Pick<Target, 'hostKeyChecking' | 'knownHostsFile'>,
): Promise<HostKeyCheck> => {
  const policy = policyOf(target, settings);
  const own = target.knownHostsFile ? [target.knownHostsFile] : settings.userKnownHosts;
  const entries = (await Promise.all([...own, ...settings.globalKnownHosts].map(readEntries))).flat();
  const host = settings.hostKeyAlias ?? settings.host;
  const port = settings.hostKeyAlias ? 22 : settings.port;
  const known = knownTypes(entries, host, port).flatMap((type) => algorithmsOf[type] ?? []);
  const file = own[0] ?? '~/.ssh/known_hosts';
  const check = {
    algorithms: [...new Set([...known, ...Object.values(algorithmsOf).flat()])],
    refusal: undefined as ConnectionError | undefined,
    verify(blob: Buffer): boolean {
      if (policy === 'no') return true;
      const key: HostKey = { type: keyType(blob), blob };
      const verdict = judge(entries, host, port, key);
      if (verdict.is === 'known') return true;
      if (verdict.is === 'unknown' && policy === 'accept-new') {
        void remember(file, host, port, key, settings.hashKnownHosts);
        return true;
      }
      check.refusal =
        verdict.is === 'unknown'
          ? unknownKey(name, host, port, key, file, hasAuthority(entries, host, port))
          : wrongKey(name, host, port, key, verdict.is, verdict.entry);
      return false;
    },
  };
  return check;
};

/** ssh_config may loosen the check for a host, as it does for ssh; the inventory's `no` loosens it for all. */
const policyOf = (target: Pick<Target, 'hostKeyChecking'>, settings: SshSettings): Target['hostKeyChecking'] => {
  if (target.hostKeyChecking === 'no' || /^(no|off|false)$/.test(settings.strictHostKeyChecking)) return 'no';
  return settings.strictHostKeyChecking === 'accept-new' ? 'accept-new' : target.hostKeyChecking;
};

const readEntries = async (file: string): Promise<KnownHost[]> => {
  try {
    return parseKnownHosts(await readFile(file, 'utf8'), file);
  } catch {
    return [];
  }
};

const remember = async (file: string, host: string, port: number, key: HostKey, hashed: boolean): Promise<void> => {
  const name = hostName(host, port);
  const salt = randomBytes(20);
  const field = hashed
    ? `|1|${salt.toString('base64')}|${createHmac('sha1', salt).update(name).digest('base64')}`
    : name;
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  await appendFile(file, `${field} ${key.type} ${key.blob.toString('base64')}\n`, { mode: 0o600 }).catch(() => {});
};

const unknownKey = (
  name: string,
  host: string,
  port: number,
  key: HostKey,
  file: string,
  authority: boolean,
): ConnectionError =>
  new ConnectionError(
    name,
    `nothing is known of the host key that ${at(host, port)} shows: ${key.type} ${fingerprint(key.blob)}`,
    authority
      ? "known_hosts has a certificate authority for it; certificates need 'ansible_connection: openssh'"
      : `compare the fingerprint with the one on the host, then accept it with: ${existsSync(dirname(file)) ? '' : `mkdir -p -m 700 ${dirname(file)}; `}${scan(key, host, port)} >> ${file}`,
  );

const wrongKey = (
  name: string,
  host: string,
  port: number,
  key: HostKey,
  is: 'changed' | 'revoked',
  entry: KnownHost,
): ConnectionError => {
  const where = `${entry.file}:${entry.line}`;
  const shown = `${key.type} ${fingerprint(key.blob)}`;
  return is === 'revoked'
    ? new ConnectionError(name, `the host key that ${at(host, port)} shows is revoked by ${where}: ${shown}`)
    : new ConnectionError(
        name,
        `the host key of ${at(host, port)} has changed: it shows ${shown}, but ${where} has ${entry.keyType} ${fingerprint(entry.key)}`,
        `someone may be between you and the host; if it was set up anew, forget the old key with: ssh-keygen -f ${entry.file} -R '${hostName(host, port)}', and accept the new one with: ${scan(key, host, port)} >> ${entry.file}`,
      );
};

const at = (host: string, port: number): string => (port === 22 ? host : `${host} port ${port}`);

const scan = (key: HostKey, host: string, port: number): string =>
  `ssh-keyscan -t ${scanType(key.type)} -p ${port} ${host}`;

const scanType = (type: string): string => (/^ecdsa/.test(type) ? 'ecdsa' : type.replace(/^ssh-/, ''));

/** The first field of a key, by RFC 4253 section 6.6. */
const keyType = (blob: Buffer): string => blob.toString('latin1', 4, 4 + blob.readUInt32BE(0));
