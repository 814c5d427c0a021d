import { afterAll, beforeAll, expect, it } from 'vitest';
import { fakeReply, fakeTransport } from '../../src/transport/fake/fake.ts';
import { ScriptedHost } from '../../src/transport/fake/scripted-host.ts';
import { simulatedHosts } from '../../src/transport/fake/simulated-host.ts';
import { sh } from '../../src/transport/shell/quote.ts';
import type { Connection, Script, Target } from '../../src/transport/transport.ts';
import { decode } from '../../src/util/bytes.ts';
import { connectLocally, localTarget } from './shell/local-shells.ts';

const target = (name: string): Target => ({ ...localTarget(), name, transport: 'fake' });
const login = { method: 'none' } as const;
let machine: Connection;

beforeAll(async () => {
  machine = await connectLocally();
});
afterAll(() => machine.close());

it('answers by the first rule that fits, and fails on what none foresees', async () => {
  const host = new ScriptedHost([
    { when: 'uname', reply: 'Linux\n', times: 1 },
    { when: /uname|id/, reply: (_, { method }) => fakeReply(method, 3, 'err') },
    { when: 'never', reply: '' },
  ]);
  const connection = await fakeTransport(new Map([['a', host]])).connect(target('a'));
  const shell = await connection.shell(login);
  const replies = await shell.send([{ text: sh`uname -s` }, { text: sh`uname -s` }]);
  expect(replies.map(({ code, stdout }) => [code, decode(stdout)])).toEqual([
    [0, 'Linux\n'],
    [3, 'none'],
  ]);
  await expect(shell.send([{ text: sh`reboot` }])).rejects.toThrow('was not told what to answer to:\nreboot');
  expect(host.unused.map(({ when }) => when)).toEqual(['never']);
  expect(connection.traffic.messages).toBe(2);
  await shell.upload([Buffer.from('x')] as never, '/f', '0600');
  expect(host.files.get('/f')?.mode).toBe('0600');
  await connection.close();
  await expect(connection.shell(login)).rejects.toMatchObject({ name: 'ConnectionLost' });
});

it('gives the replies of one real machine to as many hosts as are wanted', async () => {
  const transport = fakeTransport(simulatedHosts(machine));
  const before = machine.traffic.messages;
  const scripts: Script[] = Array.from({ length: 20 }, (_, i) => ({ text: sh`echo ${i}; echo $$` }));
  const hosts = await Promise.all(Array.from({ length: 200 }, (_, i) => transport.connect(target(`h${i}`))));
  const all = await Promise.all(hosts.map(async (host) => (await host.shell(login)).send(scripts)));
  expect(new Set(all.map((replies) => replies.map(({ stdout }) => decode(stdout)).join(''))).size).toBe(1);
  expect(decode(all[199]?.[19]?.stdout as Uint8Array)).toMatch(/^19\n\d+\n$/);
  expect(machine.traffic.messages - before).toBe(20);
});
