import { access, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { beforeEach, describe, expect, it } from 'vitest';
import { useSourceRoom } from './source-room.ts';

const room = useSourceRoom();
let repository: string;

const git = async (...args: string[]): Promise<string> => {
  const identity = { GIT_CONFIG_GLOBAL: '/dev/null', GIT_AUTHOR_NAME: 'a', GIT_AUTHOR_EMAIL: 'a@example.org' };
  const env = { ...identity, GIT_COMMITTER_NAME: 'a', GIT_COMMITTER_EMAIL: 'a@example.org', GIT_CONFIG_NOSYSTEM: '1' };
  return (await execa('git', ['-C', repository, ...args], { env })).stdout;
};

const commit = async (files: Readonly<Record<string, string>>, tag?: string): Promise<string> => {
  await room.write(Object.fromEntries(Object.entries(files).map(([path, text]) => [`repository/${path}`, text])));
  await git('add', '-A');
  await git('commit', '-q', '-m', 'a commit');
  if (tag) await git('tag', tag);
  return git('rev-parse', 'HEAD');
};

beforeEach(async () => {
  repository = join(room.folder, 'repository');
  await mkdir(repository);
  await git('init', '-q', '-b', 'main');
});

const wanted = (more = {}) => room.wanted('git', `file://${repository}`, more);

describe('a git repository', () => {
  it('offers its tags, each with its commit, also where a tag is an object of its own', async () => {
    const one = await commit({ 'tasks/main.yml': 'one' }, 'v1.0.0');
    const two = await commit({ 'tasks/main.yml': 'two' });
    await git('tag', '-a', '2.0.0', '-m', 'annotated');
    await git('tag', 'latest-good');
    expect(await room.sources().of.git.versions(wanted())).toEqual([
      { version: '2.0.0', semver: '2.0.0', integrity: two },
      { version: 'latest-good', semver: null, integrity: two },
      { version: 'v1.0.0', semver: '1.0.0', integrity: one },
    ]);
  });

  it('gives a tag, a branch, a commit in full and in short, and what is newest', async () => {
    const one = await commit({ 'tasks/main.yml': 'one' }, 'v1.0.0');
    const two = await commit({ 'tasks/main.yml': 'two' });
    await git('branch', 'feature/x');
    const three = await commit({ 'tasks/main.yml': 'three' });
    const cases = { 'v1.0.0': one, 'feature/x': two, [one]: one, [two.slice(0, 10)]: two, '': three, main: three };
    const contents: Record<string, string> = { [one]: 'one', [two]: 'two', [three]: 'three' };
    for (const [version, integrity] of Object.entries(cases))
      expect(await room.fetch(wanted(), { version })).toEqual({
        integrity,
        files: { 'tasks/main.yml': contents[integrity] },
      });
  });

  it('gives the commit that was locked, wherever its tag is now, and says when it is gone', async () => {
    const one = await commit({ 'tasks/main.yml': 'one' }, 'v1.0.0');
    await commit({ 'tasks/main.yml': 'two' });
    await git('tag', '-f', 'v1.0.0');
    const offer = { version: 'v1.0.0', integrity: one };
    expect((await room.fetch(wanted(), offer)).files).toEqual({ 'tasks/main.yml': 'one' });
    const gone = { version: 'v1.0.0', integrity: 'a'.repeat(40) };
    await expect(room.fetch(wanted(), gone)).rejects.toThrow(
      `requirements.yml:2:5: file://${repository} has no commit ${'a'.repeat(40)} any more, which was v1.0.0`,
    );
  });

  it('gives one folder of it', async () => {
    await commit({ 'roles/etcd/tasks/main.yml': 'etcd', 'roles/other/tasks/main.yml': 'other' }, 'v1.0.0');
    const inner = wanted({ subfolder: 'roles/etcd' });
    expect((await room.fetch(inner, { version: 'v1.0.0' })).files).toEqual({ 'tasks/main.yml': 'etcd' });
    await expect(room.fetch(wanted({ subfolder: 'roles/none' }), { version: 'v1.0.0' })).rejects.toThrow(
      /has no folder roles\/none/,
    );
  });

  it('says what it has not', async () => {
    await commit({ 'tasks/main.yml': 'one' });
    await expect(room.fetch(wanted(), { version: 'v9' })).rejects.toThrow(/has neither a tag nor a branch v9/);
    await expect(room.fetch(wanted(), { version: 'abcdef12' })).rejects.toThrow(/nor a commit abcdef12/);
    await expect(room.sources().of.git.versions(room.wanted('git', `${repository}-none`))).rejects.toThrow(
      /requirements.yml:2:5: git: .*repository-none/,
    );
  });
});

describe('a repository of an enemy', () => {
  it('runs nothing here: no hook, no filter, no submodule, no file system monitor', async () => {
    const witness = join(room.folder, 'witness');
    await room.write({
      'repository/.git/hooks/post-checkout': `#!/bin/sh\ntouch ${witness}\n`,
      'repository/.git/hooks/reference-transaction': `#!/bin/sh\ntouch ${witness}\n`,
      'home/.gitconfig': `[filter "evil"]\n\tsmudge = touch ${witness}; cat\n\tclean = cat\n`,
      'repository/.gitattributes': '* filter=evil\n',
      'repository/.gitmodules': `[submodule "x"]\n\tpath = x\n\turl = ext::touch ${witness}\n`,
    });
    await commit({ 'tasks/main.yml': 'one' }, 'v1.0.0');
    await rm(join(repository, '.git/hooks/reference-transaction'));
    await rm(witness, { force: true });
    expect((await room.fetch(wanted(), { version: 'v1.0.0' })).files).toMatchObject({ 'tasks/main.yml': 'one' });
    await expect(access(witness)).rejects.toThrow();
  });

  it('writes nothing outside, whatever links it has', async () => {
    await execa('ln', ['-s', '/etc/passwd', join(repository, 'passwd')]);
    await commit({ 'tasks/main.yml': 'one' }, 'v1.0.0');
    await expect(room.fetch(wanted(), { version: 'v1.0.0' })).rejects.toThrow(
      /repository v1.0.0 has a link that leads out of it: passwd -> \/etc\/passwd/,
    );
  });

  it.each([
    ['-uevil', /begins with a dash/],
    ['--upload-pack=touch evil', /spaces/],
    ['--upload-pack=evil', /begins with a dash/],
    ['ssh://-oProxyCommand=evil/x', /begins with a dash/],
    ['ssh://git@-oProxyCommand=evil/x', /begins with a dash/],
    ['git@-oProxyCommand=evil:x', /begins with a dash/],
    ['-oProxyCommand=evil:x', /begins with a dash/],
    ['ext::sh', /names a program to be run \(ext::\)/],
    ['EXT::sh', /names a program to be run/],
    ['fd::17', /names a program to be run/],
    ['https::https://example.org/x', /names a program to be run/],
    ['ftp://example.org/x', /not ftp/],
    ['https://example.org/x\n', /spaces/],
  ])('is not asked at all at %j', async (src, why) => {
    const evil = room.wanted('git', src);
    await expect(room.sources().of.git.versions(evil)).rejects.toThrow(why);
    await expect(room.fetch(evil, { version: 'v1' })).rejects.toThrow(why);
    await expect(room.fetch(evil, { version: 'v1', integrity: 'a'.repeat(40) })).rejects.toThrow(why);
  });

  it.each(['--evil', 'a b', 'a:b', '+a', 'a..b', 'a^{}', '*', '@{u}', 'refs/../x', 'x.lock', 'a\u0007'])(
    'is asked for no version %j',
    async (version) => {
      await commit({ 'tasks/main.yml': 'one' });
      await expect(room.fetch(wanted(), { version })).rejects.toThrow(/cannot be the name of|neither a tag nor/);
    },
  );
});

describe('git', () => {
  it('is not led elsewhere by the variables of a hook that this runs in', async () => {
    await commit({ 'tasks/main.yml': 'one' }, 'v1.0.0');
    const witness = join(room.folder, 'witness');
    Object.assign(room.environment, {
      GIT_DIR: '/nowhere',
      GIT_WORK_TREE: '/nowhere',
      GIT_INDEX_FILE: '/nowhere',
      GIT_OBJECT_DIRECTORY: '/nowhere',
      GIT_EXEC_PATH: '/nowhere',
      GIT_TEMPLATE_DIR: '/nowhere',
      GIT_CONFIG_PARAMETERS: `'core.fsmonitor'='touch ${witness}'`,
      GIT_EXTERNAL_DIFF: `touch ${witness}`,
    });
    expect((await room.fetch(wanted(), { version: 'v1.0.0' })).files).toEqual({ 'tasks/main.yml': 'one' });
    await expect(access(witness)).rejects.toThrow();
  });

  it('is missed in words', async () => {
    room.environment.PATH = '/nowhere';
    await expect(room.sources().of.git.versions(wanted())).rejects.toThrow(/git is not installed on this machine/);
  });
});
