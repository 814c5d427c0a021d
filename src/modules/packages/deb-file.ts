import { type ShellText, sh } from '../../transport/shell/quote.ts';
import { ModuleFailure } from '../module.ts';
import type { Section } from '../shell/sections.ts';

/** A package as its file, or the file's name, tells it. */
export interface Deb {
  readonly name: string;
  readonly version: string;
}

/** Whether `deb` names a file to fetch rather than one on the host. */
export const isFetched = (deb: string): boolean => deb.includes('://');

/**
 * The package that a URL's last part names by Debian's custom, NAME_VERSION_ARCHITECTURE.deb; there the version lacks
 * its epoch. Undefined where it is named otherwise.
 */
export const debNamed = (url: string): Deb | undefined => {
  const match = /\/([a-z0-9][a-z0-9+.-]+)_([^_/]+)_[a-z0-9-]+\.deb(?:[?#]|$)/.exec(url);
  return match ? { name: match[1] as string, version: match[2] as string } : undefined;
};

/** Sections `path` and `deb` of the file; leaves its package's name in kb_name. `path` is shell text. */
export const debLook = (path: ShellText): ShellText => sh`kb_deb=${path}
case $kb_deb in */*) ;; *) kb_deb=./$kb_deb ;; esac
kb_section path printf '%s' "$kb_deb"
kb_section deb dpkg-deb -f "$kb_deb" Package Version
kb_name=$(dpkg-deb -f "$kb_deb" Package 2>/dev/null)`;

/** What section `deb` says. Throws a ModuleFailure with dpkg's own words where it is no package. */
export const readDeb = (deb: string, { code, text }: Section): Deb => {
  const field = (name: string): string | undefined => new RegExp(`^${name}: *(\\S+)$`, 'm').exec(text)?.[1];
  const [name, version] = [field('Package'), field('Version')];
  if (code !== 0 || name === undefined || version === undefined)
    throw new ModuleFailure(`Unable to install package: ${text.trim() || `${deb} names no package and version`}`);
  return { name, version };
};
