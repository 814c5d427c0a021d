import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UserError } from '../../util/diagnostic.ts';
import { extractArchive } from '../extract.ts';
import type { Fetched, Offer, Source, SourceOptions, Wanted } from '../source.ts';
import { semverOf } from '../version.ts';
import { atWish, refuse } from './at-wish.ts';
import { GitProgram } from './git-program.ts';

/** Roles and collections in git repositories: tags are versions, branches and commits can be named. */
export class GitSource implements Source {
  readonly kind = 'git';
  readonly #git: GitProgram;

  constructor(options: SourceOptions) {
    this.#git = new GitProgram(options);
  }

  versions(wanted: Wanted): Promise<readonly Offer[]> {
    return atWish(wanted, async () => {
      const tags = [...(await this.#remote(wanted, ['refs/tags/*']))].flatMap(([ref, commit]) => {
        const version = ref.slice('refs/tags/'.length);
        return ref.startsWith('refs/tags/') ? [{ version, semver: semverOf(version), integrity: commit }] : [];
      });
      return tags;
    });
  }

  fetch(wanted: Wanted, { version, integrity }: Offer, into: string): Promise<Fetched> {
    return atWish(wanted, async () => {
      checkVersion(wanted, version);
      const scratch = await mkdtemp(join(tmpdir(), 'k8s-bm-git-'));
      try {
        const repository = ['-C', scratch];
        await this.#git.run(['init', '-q', '--bare', '--template=', ...objectFormat(integrity), '--', scratch]);
        const commit = await this.#bring(wanted, version, integrity, repository);
        await this.#unpack(wanted, commit, version, repository, into);
        return { integrity: commit };
      } finally {
        await rm(scratch, { recursive: true, force: true });
      }
    });
  }

  /** Fetches one commit, without what led to it where the server can, and tells its full name. */
  async #bring(
    wanted: Wanted,
    version: string,
    integrity: string | undefined,
    repository: readonly string[],
  ): Promise<string> {
    const known = integrity ?? (isCommit(version) ? version : undefined);
    if (known) {
      await this.#fetchCommit(wanted, version, known, repository);
      return known;
    }
    const refs = version === '' ? ['HEAD'] : [`refs/tags/${version}`, `refs/heads/${version}`];
    const found = await this.#remote(wanted, refs);
    const ref = refs.find((each) => found.has(each));
    if (!ref) {
      if (!/^[0-9a-f]{7,64}$/.test(version))
        throw refuse(wanted, `${wanted.src} has neither a tag nor a branch ${version || 'HEAD'}`);
      return this.#fetchShort(wanted, version, repository);
    }
    await this.#fetch(wanted, repository, ['--depth=1'], [ref]);
    // What came is what counts: the branch may have moved since it was looked at.
    return (await this.#git.run([...repository, 'rev-parse', '--verify', 'FETCH_HEAD^{commit}'])).trim();
  }

  async #fetchCommit(wanted: Wanted, version: string, commit: string, repository: readonly string[]): Promise<void> {
    if (!isCommit(commit)) throw refuse(wanted, `${commit} is not the name of a commit`);
    try {
      await this.#fetch(wanted, repository, ['--depth=1'], [commit]);
      return;
    } catch (error) {
      // Servers may give only what a branch or tag leads to; any other reason shows again below.
      if (!(error instanceof UserError)) throw error;
    }
    await this.#fetch(wanted, repository, [], everything);
    const there = await this.#git.run([...repository, 'cat-file', '-t', commit]).catch(() => '');
    if (there.trim() !== 'commit')
      throw refuse(
        wanted,
        `${wanted.src} has no commit ${commit} any more${version && version !== commit ? `, which was ${version}` : ''}`,
      );
  }

  async #fetchShort(wanted: Wanted, short: string, repository: readonly string[]): Promise<string> {
    await this.#fetch(wanted, repository, [], everything);
    const found = await this.#git
      .run([...repository, 'rev-parse', '--verify', '-q', `${short}^{commit}`])
      .catch(() => '');
    if (!isCommit(found.trim()))
      throw refuse(wanted, `${wanted.src} has neither a tag nor a branch nor a commit ${short}`);
    return found.trim();
  }

  async #fetch(wanted: Wanted, at: readonly string[], how: readonly string[], refs: readonly string[]): Promise<void> {
    const quiet = ['fetch', '-q', '--no-tags', '--no-recurse-submodules', '--no-auto-gc', ...how];
    await this.#git.run([...at, ...quiet, '--', address(wanted), ...refs], callFor(wanted));
  }

  /** The remote's references that fit the patterns, each with its commit: behind an annotated tag stands the one it names. */
  async #remote(wanted: Wanted, patterns: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const peeled = patterns.flatMap((pattern) =>
      pattern.startsWith('refs/tags/') ? [pattern, `${pattern}^{}`] : pattern,
    );
    const listed = await this.#git.run(['ls-remote', '-q', '--', address(wanted), ...peeled], callFor(wanted));
    const found = new Map<string, string>();
    for (const line of listed.split('\n')) {
      const [, commit, ref, isPeeled] = /^([0-9a-f]{40,64})\t(\S+?)(\^\{\})?$/.exec(line) ?? [];
      if (commit && ref && (isPeeled || !found.has(ref))) found.set(ref, commit);
    }
    return found;
  }

  /** By `git archive`, not a checkout: no filters, no hooks, no links followed; and with the checks of any other archive. */
  async #unpack(wanted: Wanted, commit: string, version: string, at: readonly string[], into: string): Promise<void> {
    const what = `${wanted.src} ${version || commit}`;
    const tar = this.#git.stream([...at, 'archive', '--format=tar', commit], { bare: true });
    await extractArchive(tar, into, { what, position: wanted.position, subfolder: wanted.subfolder });
  }
}

const everything = ['+refs/heads/*:refs/heads/*', '+refs/tags/*:refs/tags/*'];

const callFor = ({ credentials, src }: Wanted) => ({ credentials, url: src });

const isCommit = (text: string): boolean => /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(text);

const objectFormat = (integrity: string | undefined): string[] =>
  integrity?.length === 64 ? ['--object-format=sha256'] : [];

/** An address that git takes for nothing but an address: no option, no program to be run. */
const address = (wanted: Wanted): string => {
  const { src } = wanted;
  const shown = src.replace(/:\/\/[^/\s@]*@/, '://');
  const host = /^[a-z+]+:\/\/(?:[^@/]*@)?([^/]*)/i.exec(src)?.[1] ?? /^(?:[^@/:]*@)?([^/:]*):/.exec(src)?.[1] ?? '';
  if (/[\p{Cc}\s]/u.test(src)) throw refuse(wanted, `'${shown}' is not the address of a git repository: it has spaces`);
  if (src.startsWith('-') || host.startsWith('-') || /^[a-z+]+:\/\/-/i.test(src))
    throw refuse(wanted, `'${shown}' begins with a dash, which git and ssh would read as an option`);
  if (/^[\w+.-]*::/.test(src)) throw refuse(wanted, `'${shown}' names a program to be run (${src.split('::')[0]}::)`);
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(src)?.[1]?.toLowerCase();
  if (scheme && !['https', 'http', 'ssh', 'git', 'file'].includes(scheme))
    throw refuse(
      wanted,
      `'${shown}': git repositories are read over https, http, ssh, git and from files, not ${scheme}`,
    );
  return src;
};

/** The rules of git-check-ref-format(1), so that a version is never read as a pattern, a range or another reference. */
const checkVersion = (wanted: Wanted, version: string): void => {
  if (/^[-./]|[\p{Cc}\s~^:?*[\\]|\.\.|@\{|\/\/|[./]$|\.lock$/u.test(version))
    throw refuse(wanted, `'${version.replace(/\p{Cc}/gu, ' ')}' cannot be the name of a tag, a branch or a commit`);
};
