import { homedir } from 'node:os';
import { basename, isAbsolute, resolve } from 'node:path';
import type { Kind, Wanted } from './source.ts';

/** What a requirement says of where it is, as written. */
export interface Written {
  readonly kind: Kind;
  readonly text: string;
  readonly name?: string | undefined;
  readonly version?: string | undefined;
  /** `scm` of a role, `type` of a collection. */
  readonly type?: string | undefined;
  readonly server?: string | undefined;
  /** The folder that relative paths start from. */
  readonly folder: string;
}

export type Located = Omit<Wanted, 'position'> & {
  /** A collection whose name only its own files tell. */
  readonly nameless?: boolean | undefined;
};

/**
 * Takes the text of a requirement apart: `oci://host/path@^2`, `git+https://host/repo.git#/folder`, `git@host:repo`, the URL
 * or path of an archive or a folder, `owner.name` on Galaxy. Throws an Error with a sentence for what is none of them.
 */
export const locate = (written: Written): Located => {
  const { kind, type } = written;
  const text = written.text.trim();
  if (text.startsWith('-')) throw new Error(`'${text}' begins with a dash, which would be read as an option`);
  if (/^(?:git\+)?ext::/i.test(text)) throw new Error('ext:: runs programs, and is never read');
  if (type === 'hg' || text.startsWith('hg+')) throw new Error('Mercurial is not read here; use git or an archive');
  if (text.startsWith('oci://')) return oci(text, written);
  if (type === 'git' || isGit(text)) return git(text, written);
  const archive = /\.(?:tar\.gz|tgz|tar)(?:[?#]|$)/i.test(text) || type === 'url' || type === 'file';
  if (/^https?:\/\//i.test(text)) return archive ? fromUrl(text, written) : git(text, written);
  const path = text.startsWith('file://') ? decodeURI(text.slice('file://'.length)) : text;
  if (path !== text || /^(?:\.{0,2}\/|~\/|\.{1,2}$)/.test(path) || type === 'dir' || type === 'file') {
    const src = path.startsWith('~/') ? resolve(homedir(), path.slice(2)) : resolve(written.folder, path);
    return { ...named(written, stem(src)), source: archive ? 'archive' : 'folder', src };
  }
  const form = kind === 'role' ? /^[\w-]+(?:\.[\w-]+)+$/ : /^\w+\.\w+$/;
  if (form.test(text)) {
    const known = { kind, name: written.name ?? text, version: written.version };
    return { ...known, source: 'galaxy', src: text, ...(written.server && { server: written.server }) };
  }
  throw new Error(
    `'${text}' is neither a name on Galaxy (${kind === 'role' ? 'owner.role' : 'namespace.collection'}), nor an address (oci://, git+https://, https://….tar.gz), nor a path (./folder)`,
  );
};

/** A URL as it may be shown and kept: without name, password, and the parts of its query that are secrets. */
export const withoutSecrets = (text: string): string => {
  if (!/^[a-z+]+:\/\//i.test(text)) return text;
  const [, scheme = '', user = '', rest = ''] = /^([a-z+]+:\/\/)(?:([^/@]*)@)?(.*)$/is.exec(text) ?? [];
  const kept = /^(?:git\+)?ssh/i.test(scheme) && user ? `${user.split(':')[0]}@` : '';
  const query = rest.replace(/([?&][^=&#]*(?:token|secret|key|sig|pass|credential|auth)[^=&#]*=)[^&#]*/gi, '$1…');
  return `${scheme}${kept}${query}`;
};

/** Whether a name may become a folder's. */
export const isName = (kind: Kind, name: string): boolean =>
  kind === 'role' ? /^[A-Za-z0-9_][\w.+-]*$/.test(name) : /^[A-Za-z_]\w*\.[A-Za-z_]\w*$/.test(name);

const isGit = (text: string): boolean =>
  /^(?:git\+|git:\/\/|ssh:\/\/|git@)/i.test(text) ||
  /^[\w.-]+@[\w.-]+:(?!\/\/)/.test(text) ||
  /\.git(?:#|$)/.test(text);

const oci = (text: string, written: Written): Located => {
  const [, address = '', at, tag] = /^(oci:\/\/[^@]+?)(?:@(.+)|:([\w][\w.-]*))?$/.exec(text) ?? [];
  const [host = '', ...path] = address.slice('oci://'.length).split('/');
  if (!host || path.length === 0 || path.some((part) => !part))
    throw new Error(`'${withoutSecrets(text)}' is not oci://HOST/PATH`);
  const version = written.version ?? at ?? tag;
  return { ...named({ ...written, version }, path.at(-1) as string), source: 'oci', src: address };
};

const git = (text: string, written: Written): Located => {
  const [address = '', fragment] = text.replace(/^git\+/i, '').split('#', 2);
  if (address.startsWith('-') || /^ext::/i.test(address)) throw new Error(`'${withoutSecrets(address)}' is no address`);
  const subfolder = fragment?.replace(/^\/+|\/+$/g, '');
  if (subfolder?.split('/').includes('..')) throw new Error(`'${subfolder}' leads out of the repository`);
  const { src, credentials } = takeCredentials(address);
  const local = /^(?:\.{1,2}\/|~\/)/.test(src) || isAbsolute(src);
  const where = { source: 'git' as const, src: local ? resolve(written.folder, src) : src };
  const inner = subfolder ? { subfolder } : {};
  return { ...named(written, stem(subfolder || src)), ...where, ...inner, ...(credentials && { credentials }) };
};

const fromUrl = (text: string, written: Written): Located => {
  const [address = '', fragment] = text.split('#', 2);
  const { src, credentials } = takeCredentials(address);
  const inner = fragment ? { subfolder: fragment.replace(/^\/+|\/+$/g, '') } : {};
  if (inner.subfolder?.split('/').includes('..')) throw new Error(`'${inner.subfolder}' leads out of the archive`);
  return {
    ...named(written, stem(src.replace(/\?.*/, ''))),
    source: 'archive',
    src,
    ...inner,
    ...(credentials && { credentials }),
  };
};

/** Of `https://name:password@host`; over SSH the name is part of the address, and a password there is of no use. */
const takeCredentials = (text: string): Pick<Located, 'src' | 'credentials'> => {
  const [, scheme, user, rest] = /^([a-z+]+:\/\/)([^/@]*)@(.*)$/is.exec(text) ?? [];
  if (scheme === undefined || user === undefined || rest === undefined) return { src: text };
  const [username = '', ...password] = user.split(':');
  if (/^ssh/i.test(scheme)) return { src: `${scheme}${username}@${rest}` };
  const decoded = { username: decode(username), password: decode(password.join(':')) };
  return { src: `${scheme}${rest}`, credentials: decoded };
};

const decode = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};

const named = (written: Written, otherwise: string): Pick<Located, 'kind' | 'name' | 'version' | 'nameless'> => {
  const { kind, version } = written;
  if (kind === 'role') return { kind, name: written.name ?? otherwise, version };
  const known = written.name !== undefined && isName('collection', written.name);
  return { kind, name: known ? (written.name as string) : withoutSecrets(written.text), version, nameless: !known };
};

/** `role` of `https://host/role.git`, `/path/role.tar.gz`, `git@host:role`. */
const stem = (src: string): string =>
  basename(src.replace(/[/]+$/, ''))
    .replace(/^.*:/, '')
    .replace(/\.(?:git|tar\.gz|tgz|tar)$/i, '');
