import { joinShell, sh } from '../../transport/shell/quote.ts';
import type { Script } from '../../transport/transport.ts';
import { kbSection, parseSections, sectionOf } from '../shell/sections.ts';
import {
  accountLines,
  type GroupLine,
  type PasswdLine,
  parseGroups,
  parsePasswd,
  parseShadow,
  type ShadowLine,
} from './account-files.ts';
import type { UserWanted } from './user-wanted.ts';

export interface UserFound {
  readonly passwd: PasswdLine | undefined;
  readonly shadow: ShadowLine | undefined;
  readonly groups: readonly GroupLine[];
  readonly homeExists: boolean;
  /** `shadow`: useradd and usermod; `busybox`: adduser and the files themselves. */
  readonly tools: 'shadow' | 'busybox';
  readonly key: KeyFound | undefined;
}

export interface KeyFound {
  readonly path: string;
  readonly fingerprint: string;
  readonly publicKey: string;
}

/** Sections `passwd`, `shadow`, `groups`, `home`, `tools`, `key`, `fingerprint`, `public`. */
export const userLook = (wanted: UserWanted): Script => ({
  functions: [kbSection, accountLines],
  environment: { LC_ALL: 'C' },
  text: joinShell([
    wanted.local
      ? sh`kb_section passwd kb_line /etc/passwd ${wanted.name}`
      : sh`kb_section passwd kb_entry passwd ${wanted.name}`,
    sh`[ ! -r /etc/shadow ] || kb_section shadow kb_line /etc/shadow ${wanted.name}`,
    wanted.local
      ? sh`kb_section groups cat /etc/group`
      : sh`kb_section groups sh -c ${'getent group || cat /etc/group'}`,
    sh`kb_home=$(${wanted.home === undefined ? sh`kb_entry passwd ${wanted.name} | cut -d: -f6` : sh`printf %s ${wanted.home}`})`,
    sh`kb_section home test -e "$kb_home"`,
    sh`kb_section tools sh -c ${'command -v useradd >/dev/null && command -v usermod >/dev/null'}`,
    ...(wanted.sshKey === undefined
      ? []
      : [
          sh`kb_key=${wanted.sshKey.file}; case $kb_key in /*) ;; *) kb_key=$kb_home/$kb_key ;; esac`,
          sh`if [ -e "$kb_key" ]; then kb_section key printf %s "$kb_key"
  kb_section fingerprint ssh-keygen -l -f "$kb_key"; kb_section public cat "$kb_key.pub"; fi`,
        ]),
  ]),
});

export const parseUserLook = (stdout: Uint8Array): UserFound => {
  const sections = parseSections(stdout);
  const key = sections.get('key');
  return {
    passwd: parsePasswd(sectionOf(sections, 'passwd').text.split('\n')[0] ?? ''),
    shadow: parseShadow(sectionOf(sections, 'shadow').text.split('\n')[0] ?? ''),
    groups: parseGroups(sectionOf(sections, 'groups').text),
    homeExists: sectionOf(sections, 'home').code === 0,
    tools: sectionOf(sections, 'tools').code === 0 ? 'shadow' : 'busybox',
    key: key && {
      path: key.text,
      fingerprint: sectionOf(sections, 'fingerprint').text.trim(),
      publicKey: sectionOf(sections, 'public').text.trim(),
    },
  };
};

/** The names of the groups that list the user, apart from the primary one. */
export const otherGroups = (found: UserFound): string[] =>
  found.groups
    .filter((group) => group.gid !== found.passwd?.gid && group.members.includes(found.passwd?.name ?? ''))
    .map((group) => group.name);

export const findGroup = (found: UserFound, nameOrNumber: string): GroupLine | undefined =>
  found.groups.find((group) => group.name === nameOrNumber) ??
  (/^\d+$/.test(nameOrNumber) ? found.groups.find((group) => group.gid === Number(nameOrNumber)) : undefined);
