import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ask } from './tool.ts';

/**
 * The Debian archive that this machine's own apt is set to, so that the lab takes its packages from where the machine does.
 * Undefined where there is none (Ubuntu): debootstrap then takes its own.
 */
export const debianMirror = async (folder = '/etc/apt'): Promise<string | undefined> => {
  const parts = join(folder, 'sources.list.d');
  const names = (await readdir(parts).catch(() => [])).sort().filter((name) => /\.(list|sources)$/.test(name));
  for (const file of [join(folder, 'sources.list'), ...names.map((name) => join(parts, name))]) {
    const found = mirrorIn(await readFile(file, 'utf8').catch(() => ''));
    if (found) return found;
  }
  return undefined;
};

/** The first archive of a sources file, in either of apt's two forms (sources.list(5)), that has Debian's own suites. */
export const mirrorIn = (text: string): string | undefined => {
  const lines = text.split('\n').filter((line) => !line.startsWith('#'));
  for (const stanza of lines.join('\n').split(/\n\s*\n/)) {
    const uris = /^URIs:\s*(\S+)/im.exec(stanza)?.[1];
    const suites = /^Suites:\s*(.+)$/im.exec(stanza)?.[1];
    if (uris && suites && isDebian(uris, suites)) return trimmed(uris);
  }
  for (const line of lines) {
    const [, uri, suite] = /^deb\s+(?:\[[^\]]*\]\s*)?(\S+)\s+(\S+)/.exec(line) ?? [];
    if (uri && suite && isDebian(uri, suite)) return trimmed(uri);
  }
  return undefined;
};

/** The proxy of apt (apt.conf(5), Acquire::http::Proxy), as the environment that other tools read it from. */
export const aptProxy = async (): Promise<Record<string, string>> => {
  const said = (await ask('apt-config', ['dump', 'Acquire::http::Proxy'])) ?? '';
  const proxy = /"(.+)"/.exec(said)?.[1];
  return proxy ? { http_proxy: proxy } : {};
};

const isDebian = (uri: string, suites: string): boolean =>
  /^https?:/.test(uri) &&
  suites
    .split(/\s+/)
    .some((suite) => /^(bullseye|bookworm|trixie|forky|sid|stable|testing|unstable|oldstable)(-updates)?$/.test(suite));

const trimmed = (uri: string): string => uri.replace(/\/+$/, '');
