/** A public key as a line of authorized_keys has it (sshd(8), AUTHORIZED_KEYS FILE FORMAT). */
export interface AuthorizedKey {
  readonly options: string;
  readonly type: string;
  readonly blob: string;
  readonly comment: string;
}

const types = /^(ssh-(rsa|dss|ed25519)|ecdsa-sha2-\S+|sk-\S+@openssh\.com|ssh-\S+-cert-\S+|\S+-cert-v01@openssh\.com)$/;

/** Undefined for comments, empty lines and what is no key. Quotes keep blanks within an option. */
export const parseKey = (line: string): AuthorizedKey | undefined => {
  if (/^\s*(#|$)/.test(line)) return undefined;
  const words = line.trim().match(/(?:"(?:\\.|[^"\\])*"|[^\s"])+/g) ?? [];
  const at = words.findIndex((word) => types.test(word));
  if (at < 0 || at > 1 || words[at + 1] === undefined) return undefined;
  const blob = words[at + 1] as string;
  const comment = line.slice(line.indexOf(blob) + blob.length).trim();
  return { options: words.slice(0, at).join(' '), type: words[at] as string, blob, comment };
};

export const formatKey = ({ options, type, blob, comment }: AuthorizedKey): string =>
  [options, type, blob, comment].filter((word) => word !== '').join(' ');

export interface KeysWanted {
  readonly keys: readonly AuthorizedKey[];
  readonly absent: boolean;
  /** Removes every other key. */
  readonly exclusive: boolean;
  /** Undefined: as the key has them, or as they are. */
  readonly options: string | undefined;
  readonly comment: string | undefined;
}

/** The file with the keys in it, each once, in the places they have; or without them. Other lines stay. */
export const editKeys = (file: string, wanted: KeysWanted): string => {
  const lines = file === '' ? [] : file.replace(/\n$/, '').split('\n');
  const pending = new Map(wanted.keys.map((key) => [key.blob, key]));
  const seen = new Set<string>();
  const kept = lines.flatMap((line) => {
    const there = parseKey(line);
    if (there === undefined) return [line];
    const key = pending.get(there.blob);
    if (key === undefined) return wanted.exclusive && !wanted.absent ? [] : [line];
    if (wanted.absent || seen.has(there.blob)) return [];
    seen.add(there.blob);
    const shall = {
      ...there,
      options: wanted.options ?? (key.options || there.options),
      comment: wanted.comment ?? (key.comment || there.comment),
    };
    return [formatKey(shall) === formatKey(there) ? line : formatKey(shall)];
  });
  if (!wanted.absent) {
    for (const key of pending.values()) {
      if (seen.has(key.blob)) continue;
      seen.add(key.blob);
      kept.push(formatKey({ ...key, options: wanted.options ?? key.options, comment: wanted.comment ?? key.comment }));
    }
  }
  if (kept.length === lines.length && kept.every((line, index) => line === lines[index])) return file;
  return kept.map((line) => `${line}\n`).join('');
};
