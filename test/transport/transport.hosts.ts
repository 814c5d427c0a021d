import { describe, expect, it } from 'vitest';
import { factScript, parseFacts } from '../../src/facts/probe.ts';
import type { Dict } from '../../src/template/values.ts';
import { connect } from '../../src/transport/open-transport.ts';
import { sh } from '../../src/transport/shell/quote.ts';
import type { Connection, Target } from '../../src/transport/transport.ts';
import { decode } from '../../src/util/bytes.ts';
import { useLab } from '../lab-hosts.ts';

/** Hosts of their own, without Python, whose /bin/sh is dash or busybox's ash. */
describe.each(['dash', 'ash'] as const)('a real host whose sh is %s', (shell) => {
  const lab = useLab({ hosts: 1, ...(shell === 'ash' ? { shell } : {}) });
  const target = (transport: Target['transport']): Target => ({
    name: 'n1',
    transport,
    address: lab.hosts[0]?.address as string,
    user: 'root',
    privateKeyFile: lab.key,
    knownHostsFile: lab.knownHosts,
    hostKeyChecking: 'yes',
    connectTimeoutMs: 10_000,
    sshArguments: ['-F', '/dev/null'],
  });
  const using = async <T>(transport: Target['transport'], work: (connection: Connection) => Promise<T>): Promise<T> => {
    const connection = await connect(target(transport));
    try {
      return await work(connection);
    } finally {
      await connection.close();
    }
  };

  it.each(['ssh', 'openssh'] as const)('runs scripts by %s and keeps nothing there', async (transport) => {
    const folder = await using(transport, async (connection) => {
      const remote = await connection.shell({ method: 'none' });
      const [exe, late, where] = await remote.send([
        { text: sh`readlink /proc/$$/exe` },
        { text: sh`sleep 4321 & sleep 4321`, timeoutMs: 200 },
        { text: sh`printf '%s' "$kb_d"` },
      ]);
      expect(decode(exe?.stdout as Uint8Array)).toMatch(shell === 'ash' ? /busybox/ : /dash/);
      expect(late?.timedOut).toBe(true);
      return decode(where?.stdout as Uint8Array);
    });
    const host = lab.hosts[0];
    expect((await host?.exec(`ls -d ${folder}; ps ax | grep '[s]leep 4321'`))?.stdout).toBe('');
  });

  it('tells its facts in one message', async () => {
    const facts = await using('ssh', async (connection) => {
      const remote = await connection.shell({ method: 'none' });
      const [reply] = await remote.send([factScript()]);
      expect(decode(reply?.stderr as Uint8Array)).toBe('');
      expect(connection.traffic.messages).toBe(1);
      return parseFacts(reply as NonNullable<typeof reply>);
    });
    expect(facts.get('service_mgr')).toBe('systemd');
    expect(facts.get('pkg_mgr')).toBe('apt');
    expect(facts.get('os_family')).toBe('Debian');
    expect(facts.get('hostname')).toBe('n1');
    expect(facts.get('virtualization_role')).toBe('guest');
    expect((facts.get('default_ipv4') as Dict).get('address')).toBe(lab.hosts[0]?.address);
  });
});
