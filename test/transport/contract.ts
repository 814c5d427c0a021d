import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sh } from '../../src/transport/shell/quote.ts';
import type { Connection, RemoteShell, Reply, Script } from '../../src/transport/transport.ts';
import { decode } from '../../src/util/bytes.ts';

/** What every transport promises, whatever is between us and the host; the host shares this machine's files. */
export const transportContract = (name: string, connect: () => Promise<Connection>): void => {
  describe(`contract: ${name}`, () => {
    let connection: Connection;
    let shell: RemoteShell;
    // Seconds that no other process on this machine sleeps for.
    const nap = 10_000_000 + Math.floor(Math.random() * 80_000_000);
    const folder = mkdtempSync(join(tmpdir(), 'k8s-bm-contract-'));
    const run = async (...scripts: Script[]): Promise<Said[]> => (await shell.send(scripts)).map(said);
    const sessions = async (): Promise<string> => (await run({ text: sh`ps ax 2>/dev/null || ps` }))[0]?.out ?? '';

    beforeAll(async () => {
      connection = await connect();
      shell = await connection.shell({ method: 'none' });
    });
    afterAll(async () => {
      await connection?.close();
      rmSync(folder, { recursive: true, force: true });
    });

    it('keeps output, errors and exit codes apart, and in order', async () => {
      const replies = await run(
        { text: sh`echo out; echo err >&2; exit 3` },
        { text: sh`printf 'no newline'` },
        { text: sh`kill -9 $$`, ownSession: true },
        { text: sh`echo own; echo own-err >&2; exit 4`, ownSession: true },
        { text: sh`true` },
      );
      expect(replies[2]?.code).toBe(137);
      expect([...replies.slice(0, 2), ...replies.slice(3)]).toEqual([
        { code: 3, out: 'out\n', err: 'err\n' },
        { code: 0, out: 'no newline', err: '' },
        { code: 4, out: 'own\n', err: 'own-err\n' },
        { code: 0, out: '', err: '' },
      ]);
    });

    it('counts one message however many scripts', async () => {
      const before = connection.traffic.messages;
      const replies = await run(...Array.from({ length: 100 }, (_, i) => ({ text: sh`echo ${i}` })));
      expect(replies.map(({ out }) => out)).toEqual(Array.from({ length: 100 }, (_, i) => `${i}\n`));
      expect(connection.traffic.messages - before).toBe(1);
    });

    it.each([false, true])('gives exact bytes back (own session: %s)', async (ownSession) => {
      const stdin = Uint8Array.from({ length: 3000 }, (_, i) => (i * 7) & 255);
      const [reply] = await shell.send([{ text: sh`cat; cat /dev/null >&2`, stdin, ownSession }]);
      expect(Buffer.compare(reply?.stdout as Uint8Array, stdin)).toBe(0);
    });

    it.each([false, true])('takes and gives megabytes (own session: %s)', async (ownSession) => {
      const stdin = Buffer.alloc(5_000_000, 'k8s-bm\n\0\xff', 'latin1');
      const [reply] = await shell.send([{ text: sh`cat`, stdin, ownSession }]);
      expect(hash(reply?.stdout as Uint8Array)).toBe(hash(stdin));
    });

    it('has no standard input but what it is given', async () => {
      expect(
        await run({ text: sh`cat` }, { text: sh`read x; echo "[$x]"`, ownSession: true }, { text: sh`echo still` }),
      ).toEqual([
        { code: 0, out: '', err: '' },
        { code: 0, out: '[]\n', err: '' },
        { code: 0, out: 'still\n', err: '' },
      ]);
    });

    it('leaves nothing of one script to the next, not even by set -e, exit, exec or a syntax error', async () => {
      const replies = await run(
        { text: sh`cd /; x=1; export X=2; set -e; false; echo no` },
        { text: sh`if` },
        { text: sh`exec true` },
        { text: sh`trap 'echo bye' EXIT; exit 7` },
        { text: sh`echo "$x$X $#"; pwd` },
      );
      expect(replies.map(({ code }) => code)).toEqual([1, 2, 0, 7, 0]);
      expect(replies[3]?.out).toBe('bye\n');
      expect(replies[4]?.out).toMatch(/^ 0\n\/./);
    });

    it('sets the environment for one script', async () => {
      const environment = { A: "it's $HOME", B: 'ü\n2' };
      expect(
        (await run({ text: sh`printf '%s' "$A$B"`, environment }, { text: sh`echo "$A"`, ownSession: true })).map(
          ({ out }) => out,
        ),
      ).toEqual(["it's $HOMEü\n2", '\n']);
    });

    it('defines functions once, with those that they need', async () => {
      const inner = { name: 'kb_inner', text: 'kb_inner() { echo "inner $1"; }' };
      const outer = { name: 'kb_outer', text: 'kb_outer() { kb_inner "$1"; }', needs: [inner] };
      const before = connection.traffic.bytesOut;
      const script = { text: sh`kb_outer 1`, functions: [outer] };
      expect((await run(script, { ...script, ownSession: true })).map(({ out }) => out)).toEqual([
        'inner 1\n',
        'inner 1\n',
      ]);
      const first = connection.traffic.bytesOut - before;
      expect((await run(script, { ...script, ownSession: true })).map(({ out }) => out)).toEqual([
        'inner 1\n',
        'inner 1\n',
      ]);
      expect(connection.traffic.bytesOut - before - first).toBeLessThan(first);
    });

    it('asks once what scripts ask together, before the first of them, and forgets it with the message', async () => {
      const fn = {
        name: 'kb_together',
        text: `kb_together() {
          kb_answers=
          [ $# -gt 0 ] || return 0
          kb_file=\${1}0
          shift
          cat -- "$@" >"$kb_file"
          kb_answers="$* are in $kb_file"
        }`,
      };
      const one = join(folder, 'one');
      const other = join(folder, "it's another");
      writeFileSync(one, '1\n');
      writeFileSync(other, '2\n');
      const text = sh`printf '%s\n' "$kb_answers"; cat "\${kb_answers##* }"`;
      const asker = (...words: string[]) => ({ text, batches: [{ fn, words }] });
      const replies = await run(
        { text: sh`printf 3 >>${one}; printf '[%s]' "$kb_answers"` },
        asker(one),
        { text: sh`printf 4 >>${one}` },
        asker(other, one),
        { ...asker(), ownSession: true },
      );
      expect(replies[0]?.out).toBe('[]');
      expect(replies[1]?.out).toMatch(`${one} ${other} are in `);
      expect(replies[1]?.out).toMatch(/\n1\n32\n$/);
      expect(replies[3]?.out).toBe(replies[1]?.out);
      expect(replies[4]?.out).toBe('\n');
      const file = /are in (.*)/.exec(replies[1]?.out ?? '')?.[1] ?? '';
      const [later] = await run({ text: sh`printf '[%s]' "$kb_answers"; ls -- ${file} 2>/dev/null` });
      expect(later?.out).toBe('[]');
    });

    it('does not ask together more than a shell can go through', async () => {
      const fn = { name: 'kb_count', text: 'kb_count() { [ $# -eq 0 ] || kb_counted=$#; }' };
      const words = Array.from({ length: 1000 }, (_, i) => String(i));
      const [reply] = await run({ text: sh`echo "$kb_counted"`, batches: [{ fn, words }] });
      expect(reply?.out).toBe('251\n');
    });

    it('streams output while a script runs', async () => {
      const seen: [string, number][] = [];
      const start = performance.now();
      const onOutput = (stream: string, bytes: Uint8Array): void =>
        void seen.push([`${stream} ${decode(bytes)}`, performance.now() - start]);
      const [reply] = await run({ text: sh`echo one; sleep 0.6; echo two >&2`, onOutput });
      expect(seen.map(([text]) => text)).toEqual(['stdout one\n', 'stderr two\n']);
      expect((seen[1]?.[1] ?? 0) - (seen[0]?.[1] ?? 0)).toBeGreaterThan(400);
      expect(reply).toEqual({ code: 0, out: 'one\n', err: 'two\n' });
    });

    it('ends what a script started when its time is up, and goes on', async () => {
      const [late, next] = await shell.send([
        { text: sh`sleep ${nap} & sleep ${nap}`, timeoutMs: 200 },
        { text: sh`echo on` },
      ]);
      // On a machine that is very busy, KILL comes before the shell has heard TERM.
      expect(late).toMatchObject({ code: expect.toBeOneOf([143, 137]), timedOut: true });
      expect(said(next as Reply)).toEqual({ code: 0, out: 'on\n', err: '' });
      expect(await sessions()).not.toContain(`sleep ${nap}`);
    });

    it('uses force on what does not hear', async () => {
      const [late] = await shell.send([{ text: sh`trap '' TERM; sleep ${nap}; sleep ${nap}`, timeoutMs: 100 }]);
      expect(late).toMatchObject({ timedOut: true });
      expect(await sessions()).not.toContain(`sleep ${nap}`);
    });

    it.each([false, true])('ends what runs when it is aborted (own session: %s)', async (ownSession) => {
      const abort = new AbortController();
      const sending = shell.send(
        [{ text: sh`sleep ${nap} & sleep ${nap}`, ownSession }, { text: sh`touch ${folder}/never` }],
        { signal: abort.signal },
      );
      await sleep(300);
      abort.abort(new Error('Ctrl-C'));
      await expect(sending).rejects.toThrow('Ctrl-C');
      expect(await sessions()).not.toContain(`sleep ${nap}`);
      expect(await run({ text: sh`ls ${folder}/never 2>/dev/null; echo ${'usable'}` })).toEqual([
        { code: 0, out: 'usable\n', err: '' },
      ]);
    });

    it.each([false, true])(
      'does not wait for a daemon that keeps the output open (own session: %s)',
      async (ownSession) => {
        const start = performance.now();
        const daemon = sh`(while sleep 0.05; do echo noise || exit; echo noise >&2 || exit; done) & echo $!`;
        const [first, second] = await run(
          { text: daemon, ownSession },
          { text: sh`sleep 0.3; echo clean`, ownSession },
        );
        expect(performance.now() - start).toBeLessThan(3000);
        expect(second).toEqual({ code: 0, out: 'clean\n', err: '' });
        expect(await run({ text: sh`sleep 0.2; echo clean` })).toEqual([{ code: 0, out: 'clean\n', err: '' }]);
        await run({ text: sh`kill ${first?.out.trim() ?? ''} || true` });
      },
    );

    it('starts nothing with signals ignored', async () => {
      const text = sh`grep -i '^sigign' /proc/self/status`;
      const replies = await run({ text }, { text, ownSession: true });
      for (const { out } of replies) expect(Number(BigInt(`0x${out.split(/\s+/)[1]}`) & 0b111n)).toBe(0);
    });

    it('serves callers in their order', async () => {
      const replies = await Promise.all([1, 2, 3].map((n) => run({ text: sh`sleep 0.0${4 - n}; echo ${n}` })));
      expect(replies.map(([reply]) => reply?.out)).toEqual(['1\n', '2\n', '3\n']);
    });

    it('uploads beside the target and renames', async () => {
      const path = join(folder, "it's $(new)\nfile");
      writeFileSync(path, 'old', { mode: 0o600 });
      const pieces = Array.from({ length: 5 }, (_, i) => Buffer.alloc(700_000, i));
      const before = connection.traffic.messages;
      await shell.upload(stream(pieces), path, '0754');
      expect(connection.traffic.messages - before).toBe(1);
      expect(statSync(path).mode & 0o7777).toBe(0o754);
      expect(hash(readFileSync(path))).toBe(hash(Buffer.concat(pieces)));
      await shell.upload(stream([]), path, '0600');
      expect(readFileSync(path)).toHaveLength(0);
      expect((await run({ text: sh`ls ${folder} | grep -c k8s-bm` }))[0]?.out).toBe('0\n');
    });

    it('says why an upload failed, and leaves the old file', async () => {
      await expect(shell.upload(stream([Buffer.from('x')]), '/nowhere/file', '0600')).rejects.toThrow(
        /cannot write \/nowhere\/file: .*\/nowhere/,
      );
      const broken = async function* () {
        yield Buffer.from('half');
        throw new Error('the source broke');
      };
      const path = join(folder, 'kept');
      writeFileSync(path, 'old');
      await expect(shell.upload(broken(), path, '0600')).rejects.toThrow('the source broke');
      expect(readFileSync(path, 'utf8')).toBe('old');
      expect((await run({ text: sh`ls ${folder}` }))[0]?.out).not.toContain('kept.');
    });

    it('downloads as a stream, and says what cannot be read', async () => {
      const path = join(folder, '-a b');
      const content = Buffer.alloc(5_500_000, 'abc\0');
      writeFileSync(path, content);
      const pieces: Uint8Array[] = [];
      for await (const piece of shell.download(path)) pieces.push(piece);
      expect(hash(Buffer.concat(pieces))).toBe(hash(content));
      await expect(drain(shell.download('/nowhere/file'))).rejects.toThrow('cannot read /nowhere/file');
      for await (const _ of shell.download(path)) break;
      expect(await run({ text: sh`echo usable` })).toEqual([{ code: 0, out: 'usable\n', err: '' }]);
    });

    it('refuses what no shell can run', async () => {
      await expect(shell.send([{ text: sh`true`, environment: { 'a.b': '1' } }])).rejects.toThrow("'a.b'");
      expect(await run({ text: sh`echo usable` })).toEqual([{ code: 0, out: 'usable\n', err: '' }]);
    });

    it('keeps scratch files under /run or /dev/shm and removes them', async () => {
      const where = (await run({ text: sh`printf '%s' "$kb_d"` }))[0]?.out ?? '';
      expect(where).toMatch(/^\/(run|dev\/shm)\//);
      expect(statSync(where).mode & 0o7777).toBe(0o700);
      await shell.close();
      expect(() => statSync(where)).toThrow('ENOENT');
      await expect(shell.send([{ text: sh`true` }])).rejects.toMatchObject({ name: 'ConnectionLost' });
      shell = await connection.shell({ method: 'none' });
      expect(await run({ text: sh`echo anew` })).toEqual([{ code: 0, out: 'anew\n', err: '' }]);
    });
  });
};

interface Said {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

const said = (reply: Reply): Said => ({ code: reply.code, out: decode(reply.stdout), err: decode(reply.stderr) });
const hash = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

async function* stream(pieces: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* pieces;
}

const drain = async (source: AsyncIterable<unknown>): Promise<void> => {
  for await (const _ of source);
};
