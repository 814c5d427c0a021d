import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { opensshTransport } from '../../../src/transport/openssh/openssh.ts';
import { sh } from '../../../src/transport/shell/quote.ts';
import { sshTransport } from '../../../src/transport/ssh/ssh.ts';
import type { Connection, RemoteShell, Target } from '../../../src/transport/transport.ts';
import { decode } from '../../../src/util/bytes.ts';
import { type CuttingProxy, cuttingProxy } from './cutting-proxy.ts';
import { sshd, startSshd, type TestSshd } from './test-sshd.ts';

describe.skipIf(!sshd)('what breaks, against a real sshd', () => {
  let server: TestSshd;
  let proxy: CuttingProxy;
  beforeAll(async () => {
    server = await startSshd();
    proxy = await cuttingProxy(server.port);
  });
  afterAll(async () => {
    proxy?.close();
    await server?.stop();
  });
  /** Through the proxy; the key is known under the port of sshd itself. */
  const target = (): Target => server.target({ port: proxy.port, hostKeyChecking: 'no' });
  const processes = (): string => execFileSync('ps', ['ax'], { encoding: 'utf8' });
  const open = async (transport = sshTransport): Promise<[Connection, RemoteShell, string]> => {
    const connection = await transport.connect(target());
    const shell = await connection.shell({ method: 'none' });
    const [where] = await shell.send([{ text: sh`printf '%s' "$kb_d"` }]);
    return [connection, shell, decode(where?.stdout as Uint8Array)];
  };
  const gone = async (what: () => boolean): Promise<boolean> => {
    for (let tries = 0; tries < 100 && what(); tries++) await sleep(100);
    return !what();
  };
  const nap = (): string => String(10_000_000 + Math.floor(Math.random() * 80_000_000));

  it.each([
    ['ssh', sshTransport],
    ['openssh', opensshTransport],
  ])('a connection that is cut is lost, never a result, and leaves nothing behind (%s)', async (_, transport) => {
    const [connection, shell, folder] = await open(transport);
    const seconds = nap();
    const upload = join(server.folder, `upload${seconds}`);
    const sending = shell.send([
      { text: sh`sleep ${seconds} & sleep ${seconds}`, ownSession: true },
      { text: sh`touch ${upload}` },
    ]);
    sending.catch(() => {});
    await gone(() => !processes().includes(seconds));
    proxy.cut();
    await expect(sending).rejects.toMatchObject({ name: 'ConnectionLost', host: 'testhost' });
    await expect(shell.send([{ text: sh`true` }])).rejects.toMatchObject({ name: 'ConnectionLost' });
    await expect(connection.shell({ method: 'none' })).rejects.toMatchObject({
      name: expect.stringMatching(/Connection(Lost|Error)/),
    });
    await connection.close();
    expect(await gone(() => processes().includes(seconds))).toBe(true);
    expect(await gone(() => existsSync(folder))).toBe(true);
    expect(existsSync(upload)).toBe(false);
  });

  it('an upload that is cut leaves the old file and nothing beside it', async () => {
    const [connection, shell] = await open();
    const folder = join(server.folder, 'target');
    execFileSync('mkdir', [folder]);
    writeFileSync(join(folder, 'file'), 'old');
    const endless = async function* (): AsyncGenerator<Uint8Array> {
      for (let n = 0; ; n++) {
        yield Buffer.alloc(100_000);
        if (n === 30) proxy.cut();
        if (n > 30) await sleep(20);
        if (n > 400) return;
      }
    };
    await expect(shell.upload(endless(), join(folder, 'file'), '0600')).rejects.toMatchObject({
      name: 'ConnectionLost',
    });
    expect(await gone(() => readdirSync(folder).length > 1)).toBe(true);
    expect(execFileSync('cat', [join(folder, 'file')], { encoding: 'utf8' })).toBe('old');
    await connection.close();
  });

  it('an idle connection that is reset does not end this process', async () => {
    const [connection, shell] = await open();
    proxy.cut();
    await sleep(200);
    await expect(shell.send([{ text: sh`true` }])).rejects.toMatchObject({ name: 'ConnectionLost' });
    await connection.close();
  });

  it('a worker that is killed on the host is told', async () => {
    const [connection, shell] = await open();
    await expect(shell.send([{ text: sh`kill -9 $$; sleep 5` }])).rejects.toThrow(/ended from outside \(code 137\)/);
    const again = await connection.shell({ method: 'none' });
    expect(decode((await again.send([{ text: sh`echo anew` }]))[0]?.stdout as Uint8Array)).toBe('anew\n');
    await connection.close();
  });

  it('pays one round trip for a message, by the count of who spoke after whom', async () => {
    const [connection, shell] = await open();
    const looks = Array.from({ length: 100 }, (_, i) => ({ text: sh`[ -e /etc/passwd ] && echo ${i}` }));
    for (const scripts of [looks, looks.slice(0, 1), [{ text: sh`cat`, stdin: Buffer.alloc(20_000) }]]) {
      await sleep(100);
      const [turns, messages] = [proxy.turns(), connection.traffic.messages];
      await shell.send(scripts);
      expect([proxy.turns() - turns, connection.traffic.messages - messages]).toEqual([1, 1]);
    }
    await connection.close();
  });
});
