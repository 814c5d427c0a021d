import { describe, expect, it } from 'vitest';
import { identityOf } from '../../src/transport/identity.ts';
import { targetOf } from '../../src/transport/target.ts';
import { splitWords } from '../../src/transport/words.ts';

const from = (variables: Record<string, unknown>) => (name: string) => variables[name];

describe('targetOf', () => {
  it('has defaults for a host of which nothing is said', () => {
    expect(targetOf('web1', from({}))).toEqual({
      name: 'web1',
      transport: 'ssh',
      address: 'web1',
      port: undefined,
      user: undefined,
      password: undefined,
      privateKeyFile: undefined,
      hostKeyChecking: 'yes',
      knownHostsFile: undefined,
      sshArguments: [],
      connectTimeoutMs: 10_000,
      shellPath: undefined,
    });
  });

  it('reads the variables before the defaults, and the older names too', () => {
    const target = targetOf(
      'web1',
      from({
        ansible_ssh_host: '10.0.0.1',
        ansible_port: '2222',
        ansible_ssh_user: 'admin',
        ansible_ssh_pass: 'secret',
        ansible_private_key_file: '/k',
        ansible_ssh_common_args: `-J jump -o 'ProxyCommand=nc "%h" %p'`,
        ansible_connection: 'smart',
        ansible_host_key_checking: false,
        ansible_ssh_timeout: 3,
      }),
      { user: 'other', port: 1, sshArgs: '-C', timeoutSeconds: 99 },
    );
    expect(target).toMatchObject({
      transport: 'ssh',
      address: '10.0.0.1',
      port: 2222,
      user: 'admin',
      password: 'secret',
      privateKeyFile: '/k',
      hostKeyChecking: 'no',
      sshArguments: ['-C', '-J', 'jump', '-o', 'ProxyCommand=nc "%h" %p'],
      connectTimeoutMs: 3000,
    });
  });

  it.each([
    [{ ansible_connection: 'winrm' }, "web1: there is no connection 'winrm'"],
    [{ ansible_port: 'ssh' }, "web1: ansible_port is 'ssh', which is no number"],
    [{ ansible_port: 70000 }, 'web1: ansible_port is 70000; ports are 1 to 65535'],
    [{ ansible_ssh_host_key_checking: 'maybe' }, "web1: ansible_host_key_checking is 'maybe'"],
  ])('says what is wrong with %j', (variables, message) => {
    expect(() => targetOf('web1', from(variables))).toThrow(message);
  });
});

describe('identityOf', () => {
  it('is the login user without become', () => {
    expect(identityOf('h', from({}), {})).toEqual({ method: 'none' });
    expect(identityOf('h', from({ ansible_become: 'no' }), { become: true })).toEqual({ method: 'none' });
  });

  it('lets the variables go before the keywords', () => {
    expect(
      identityOf('h', from({ ansible_become_user: 'db', ansible_su_flags: '-l', ansible_become_pass: 1234 }), {
        become: true,
        method: 'su',
        user: 'web',
        flags: '-m',
        password: 'x',
      }),
    ).toEqual({ method: 'su', user: 'db', password: '1234', exe: undefined, flags: '-l' });
  });

  it('knows its methods', () => {
    expect(() => identityOf('h', from({}), { become: true, method: 'runas' })).toThrow("no become_method 'runas'");
  });
});

it.each([
  ['', []],
  ['  -a  b ', ['-a', 'b']],
  [`-o "A=b c" 'd "e' f\\ g "h\\"i" ''`, ['-o', 'A=b c', 'd "e', 'f g', 'h"i', '']],
  ["it's", ["it's"]],
])('splits %j into words', (line, words) => {
  expect(splitWords(line)).toEqual(words);
});
