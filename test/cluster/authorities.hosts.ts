import { beforeEach, describe, expect, it } from 'vitest';
import { makeAuthority } from '../../src/pki/issue.ts';
import { useLab } from '../lab-hosts.ts';
import { runDeploy } from './deploy-command.ts';

const version = ['-e', 'kubernetes_version=v1.36.3'];
const pki = '/etc/kubernetes/pki';

/** All of it is said before Docker is looked for, so these hosts have none. */
describe('an authority is made once', () => {
  const lab = useLab({ hosts: 3 });
  const [n1, n2] = [() => lab.host('n1'), () => lab.host('n2')];
  beforeEach(async () => {
    for (const host of lab.hosts) await host.must('rm -rf /etc/kubernetes');
  });
  const put = async (host: ReturnType<typeof n1>, file: string, content: string) => {
    await host.must(`mkdir -p ${pki} && umask 077 && cat > ${pki}/${file} <<'E'\n${content}E`);
  };
  /** What a refused run says; and it has changed nothing. */
  const refused = async (...options: string[]): Promise<string> => {
    const before = await Promise.all(
      lab.hosts.map((host) => host.must('ls -lR /etc/kubernetes 2>&1; ls -l /etc/docker 2>&1 || :')),
    );
    const run = await runDeploy(lab.inventory, [...version, ...options]);
    expect(run.exitCode).toBe(2);
    expect(run.changes).toEqual([]);
    const after = await Promise.all(
      lab.hosts.map((host) => host.must('ls -lR /etc/kubernetes 2>&1; ls -l /etc/docker 2>&1 || :')),
    );
    expect(after).toEqual(before);
    return run.failures.join('\n');
  };

  it('never for a part of the hosts', async () => {
    expect(await refused('--limit', 'n1')).toContain('--limit leaves out n2, n3: run without --limit');
  });

  it('never while a host does not answer', async () => {
    await n2().cut();
    const run = await runDeploy(lab.inventory, [...version, '--timeout', '5']);
    await n2().uncut();
    expect(run.exitCode).toBe(4);
    expect(run.failures.join('\n')).toContain('n2');
    expect(run.changes).toEqual([]);
    expect((await n1().exec('test -e /etc/kubernetes')).code).toBe(1);
  });

  it('never where hosts belong to two clusters', async () => {
    const [one, other] = [
      await makeAuthority('kubernetes-ca', { days: 10 }),
      await makeAuthority('kubernetes-ca', { days: 10 }),
    ];
    await put(n1(), 'ca.crt', one.certificate);
    await put(n1(), 'ca.key', one.key);
    await put(n2(), 'ca.crt', other.certificate);
    expect(await refused()).toContain(`n1 and n2 have different files ${pki}/ca.crt: they belong to two clusters`);
  });

  it('never where a worker shows that there was one', async () => {
    await put(n2(), 'ca.crt', (await makeAuthority('kubernetes-ca', { days: 10 })).certificate);
    expect(await refused()).toContain(`n2 has ${pki}/ca.crt, and no host has its key`);
  });
});
