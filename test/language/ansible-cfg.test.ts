import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readAnsibleConfig } from '../../src/language/ansible-cfg.ts';

const top = mkdtempSync(join(tmpdir(), 'ansible-cfg-'));
afterAll(() => rmSync(top, { recursive: true }));

const read = (text: string | undefined, environment: Record<string, string> = {}, mode = 0o755) => {
  const cwd = mkdtempSync(join(top, 'case-'));
  const home = join(cwd, 'home');
  mkdirSync(home);
  if (text !== undefined) writeFileSync(join(cwd, 'ansible.cfg'), text);
  chmodSync(cwd, mode);
  return { cwd, home, config: readAnsibleConfig({ cwd, home, environment }) };
};

describe('ansible.cfg', () => {
  it('is read with paths relative to it', () => {
    const { cwd, home, config } = read(`
# comment
[defaults]
inventory = hosts.ini
roles_path = roles:~/shared:/opt/roles
remote_user: deploy
forks = 20 ; many
host_key_checking = False
hash_behaviour = merge
[ssh_connection]
ssh_args = -o ControlMaster=auto
  -o ControlPersist=60s
[privilege_escalation]
become = yes
[unknown]
x = 1
`);
    expect(config).toMatchObject({
      file: join(cwd, 'ansible.cfg'),
      inventory: [join(cwd, 'hosts.ini')],
      rolesPath: [join(cwd, 'roles'), join(home, 'shared'), '/opt/roles'],
      remoteUser: 'deploy',
      forks: 20,
      hostKeyChecking: false,
      hashBehaviour: 'merge',
      sshArgs: '-o ControlMaster=auto\n-o ControlPersist=60s',
      become: true,
      warnings: [],
    });
    expect(config.timeout).toBeUndefined();
  });

  it('gives way to the environment', () => {
    const { cwd, config } = read('[defaults]\nforks=1\nremote_user=a\n', {
      ANSIBLE_FORKS: '7',
      ANSIBLE_ROLES_PATH: 'mine',
    });
    expect(config).toMatchObject({ forks: 7, remoteUser: 'a', rolesPath: [join(cwd, 'mine')] });
  });

  it('is passed over with a warning where anybody may write', () => {
    const { config } = read('[defaults]\nforks=1\n', {}, 0o777);
    expect(config.file ?? '').not.toMatch(/case-/);
    expect(config.forks).toBeUndefined();
    expect(config.warnings).toMatchObject([
      { severity: 'warning', message: expect.stringContaining('anybody may write') },
    ]);
  });

  it('may be named, or lie in the home folder', () => {
    const other = join(top, 'other.cfg');
    writeFileSync(other, '[defaults]\nforks=3\n');
    expect(read('[defaults]\nforks=1\n', { ANSIBLE_CONFIG: other }).config.forks).toBe(3);
    const { cwd, home } = read(undefined);
    writeFileSync(join(home, '.ansible.cfg'), '[defaults]\nforks=4\n');
    expect(readAnsibleConfig({ cwd, home, environment: {} }).forks).toBe(4);
  });

  it.each([
    ['forks=1\n', 'a setting stands before the first section'],
    ['[defaults]\nnonsense\n', 'neither a section nor key = value'],
    ['[defaults]\nforks=many\n', 'forks takes a whole number, not many'],
    ['[defaults]\nhost_key_checking=maybe\n', 'host_key_checking takes yes or no'],
    ['[defaults]\nhash_behaviour=mrege\n', 'hash_behaviour takes replace or merge'],
  ])('says what is wrong in %j', (text, message) => {
    expect(() => read(text)).toThrow(message);
    expect(() => read(text)).toThrow(/ansible\.cfg:\d+:1/);
  });
});
