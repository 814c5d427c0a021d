import { sh } from '../transport/shell/quote.ts';
import type { Fact, FactFamily, Parts } from './family.ts';

/** os-release's ID, and what Ansible calls the distribution and its family. */
const names: Readonly<Record<string, readonly [string, string]>> = {
  debian: ['Debian', 'Debian'],
  ubuntu: ['Ubuntu', 'Debian'],
  raspbian: ['Debian', 'Debian'],
  kali: ['Kali', 'Debian'],
  linuxmint: ['Linux Mint', 'Debian'],
  neon: ['KDE neon', 'Debian'],
  pop: ['Pop!_OS', 'Debian'],
  parrot: ['Parrot', 'Debian'],
  devuan: ['Devuan', 'Debian'],
  deepin: ['Deepin', 'Debian'],
  uos: ['Uos', 'Debian'],
  rhel: ['RedHat', 'RedHat'],
  centos: ['CentOS', 'RedHat'],
  fedora: ['Fedora', 'RedHat'],
  rocky: ['Rocky', 'RedHat'],
  almalinux: ['AlmaLinux', 'RedHat'],
  ol: ['OracleLinux', 'RedHat'],
  amzn: ['Amazon', 'RedHat'],
  scientific: ['Scientific', 'RedHat'],
  virtuozzo: ['Virtuozzo', 'RedHat'],
  cloudlinux: ['CloudLinux', 'RedHat'],
  eurolinux: ['EuroLinux', 'RedHat'],
  openEuler: ['openEuler', 'RedHat'],
  kylin: ['Kylin Linux Advanced Server', 'RedHat'],
  tencentos: ['TencentOS', 'RedHat'],
  sles: ['SLES', 'Suse'],
  sled: ['SLED', 'Suse'],
  sles_sap: ['SLES_SAP', 'Suse'],
  'opensuse-leap': ['openSUSE Leap', 'Suse'],
  'opensuse-tumbleweed': ['openSUSE Tumbleweed', 'Suse'],
  'sle-micro': ['SLE Micro', 'Suse'],
  alpine: ['Alpine', 'Alpine'],
  arch: ['Archlinux', 'Archlinux'],
  archarm: ['Archlinux', 'Archlinux'],
  manjaro: ['Manjaro', 'Archlinux'],
  gentoo: ['Gentoo', 'Gentoo'],
  funtoo: ['Funtoo', 'Gentoo'],
  flatcar: ['Flatcar', 'Flatcar'],
  altlinux: ['Altlinux', 'Altlinux'],
  clearlinux: ['ClearLinux', 'ClearLinux'],
  'clear-linux-os': ['Clear Linux OS', 'ClearLinux'],
  void: ['Void', 'Void'],
  nixos: ['NixOS', 'NixOS'],
  openwrt: ['OpenWrt', 'OpenWrt'],
};

/** Which distribution, by os-release(5) and the older files that say more: a point release, a code name. */
export const distribution: FactFamily = {
  name: 'distribution',
  minimal: true,
  shell: sh`kb_file os /etc/os-release
kb_line debian /etc/debian_version
kb_line alpine /etc/alpine-release
kb_line redhat /etc/redhat-release
kb_line oracle /etc/oracle-release
[ -e /etc/arch-release ] && kb_part arch
[ -e /etc/altlinux-release ] && kb_part alt`,
  parse(parts) {
    const value = (key: string): string => setting(parts.text('os'), key) ?? '';
    const id = value('ID');
    const [name, family] = names[id] ?? [value('NAME').split(' ')[0] || 'NA', familyLike(value('ID_LIKE'))];
    const found =
      family === 'Debian'
        ? debian(parts, id)
        : parts.has('redhat') || family === 'RedHat'
          ? redhat(parts, id)
          : other(parts, id);
    return [
      ['distribution', name],
      ['distribution_version', found.version],
      ['distribution_major_version', found.major],
      ['distribution_release', found.release],
      ...(found.minor === undefined ? [] : [['distribution_minor_version', found.minor] as Fact]),
      ...(found.file
        ? ([
            ['distribution_file_path', found.file],
            ['distribution_file_variety', found.variety],
            ['distribution_file_parsed', true],
          ] as Fact[])
        : []),
      ['os_family', family],
    ];
  },
};

interface Release {
  readonly version: string;
  readonly major: string;
  readonly minor?: string | undefined;
  readonly release: string;
  readonly file: string;
  readonly variety: string;
}

const setting = (text: string, key: string): string | undefined =>
  new RegExp(`^${key}=(.*)$`, 'm').exec(text)?.[1]?.replace(/^(["'])(.*)\1$/, '$2');

const familyLike = (like: string): string =>
  /debian|ubuntu/.test(like)
    ? 'Debian'
    : /rhel|fedora|centos/.test(like)
      ? 'RedHat'
      : /suse/.test(like)
        ? 'Suse'
        : /arch/.test(like)
          ? 'Archlinux'
          : 'Linux';

const codename = (text: string): string =>
  setting(text, 'VERSION_CODENAME') || (/\((\w+)/.exec(setting(text, 'VERSION') ?? '')?.[1]?.toLowerCase() ?? 'NA');

/** Debian itself tells its point release in /etc/debian_version only; `trixie/sid` there is no version. */
const debian = (parts: Parts, id: string): Release => {
  const os = parts.text('os');
  const point = parts.text('debian');
  const version = id === 'debian' && /^\d/.test(point) ? point : (setting(os, 'VERSION_ID') ?? (point || 'NA'));
  const [major = 'NA', minor] = version.split('.');
  return {
    version,
    major,
    minor: id === 'debian' ? minor : undefined,
    release: codename(os),
    file: '/etc/os-release',
    variety: 'Debian',
  };
};

/** Version and code name as /etc/redhat-release has them: `Rocky Linux release 9.3 (Blue Onyx)`. */
const redhat = (parts: Parts, id: string): Release => {
  const os = parts.text('os');
  const line = (id === 'ol' && parts.text('oracle')) || parts.text('redhat');
  const amazon = id === 'amzn';
  const version = (!amazon && /release (\d[\d.]*)/.exec(line)?.[1]) || setting(os, 'VERSION_ID') || 'NA';
  const file = amazon ? '/etc/os-release' : id === 'ol' ? '/etc/oracle-release' : '/etc/redhat-release';
  return {
    version,
    major: version.split('.')[0] as string,
    minor: amazon ? version.split('.')[1] : undefined,
    release: (!amazon && /\(([^)]+)\)/.exec(line)?.[1]) || (/Stream/.test(line) ? 'Stream' : 'NA'),
    file,
    variety: amazon ? 'Amazon' : id === 'ol' ? 'OracleLinux' : id === 'centos' ? 'CentOS' : 'RedHat',
  };
};

const other = (parts: Parts, id: string): Release => {
  const os = parts.text('os');
  const alpine = parts.text('alpine');
  const version = alpine || setting(os, 'VERSION_ID') || 'NA';
  const file = alpine
    ? '/etc/alpine-release'
    : parts.has('arch')
      ? '/etc/arch-release'
      : parts.has('os')
        ? '/etc/os-release'
        : '';
  const variety = alpine
    ? 'Alpine'
    : parts.has('arch')
      ? 'Archlinux'
      : /suse|sle/.test(id)
        ? 'SUSE'
        : id === 'flatcar'
          ? 'Flatcar'
          : 'NA';
  return {
    version: parts.has('arch') ? 'rolling' : version,
    major: parts.has('arch') ? 'rolling' : (version.split('.')[0] as string),
    ...(/suse|sle/.test(id) ? { minor: version.split('.')[1] } : {}),
    release: /suse|sle/.test(id) ? (version.split('.')[1] ?? 'NA') : (setting(os, 'VERSION_CODENAME') ?? 'NA'),
    file,
    variety,
  };
};
