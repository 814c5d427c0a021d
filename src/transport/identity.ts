import { UserError } from '../util/diagnostic.ts';
import type { VariableReader } from './target.ts';
import type { Identity } from './transport.ts';

/** What a play, a block or a task says of become, already resolved between them, and what -K gave. */
export interface BecomeKeywords {
  readonly become?: boolean | undefined;
  readonly method?: string | undefined;
  readonly user?: string | undefined;
  readonly exe?: string | undefined;
  readonly flags?: string | undefined;
  readonly password?: string | undefined;
}

export const loginIdentity: Identity = { method: 'none' };

const methods: Readonly<Record<string, Identity['method']>> = {
  sudo: 'sudo',
  'ansible.builtin.sudo': 'sudo',
  su: 'su',
  'ansible.builtin.su': 'su',
  doas: 'doas',
  'community.general.doas': 'doas',
};

/**
 * Who runs the commands of a task. The variables `ansible_become*`, and those of the method (`ansible_sudo_exe` …), go
 * before the keywords, as in Ansible. Throws UserError for a method that there is not.
 */
export const identityOf = (host: string, variable: VariableReader, keywords: BecomeKeywords): Identity => {
  const text = (...names: string[]): string | undefined => {
    for (const each of names) {
      const value = variable(each);
      if (value !== undefined && value !== null && value !== '') return String(value);
    }
    return undefined;
  };
  const become = text('ansible_become');
  const wanted = become === undefined ? keywords.become === true : /^(true|yes|on|1|y|t)$/i.test(become);
  if (!wanted) return loginIdentity;
  const named = text('ansible_become_method') ?? keywords.method ?? 'sudo';
  const method = methods[named];
  if (!method || method === 'none')
    throw new UserError({
      severity: 'error',
      message: `${host}: there is no become_method '${named}'`,
      hint: 'it is one of: sudo, su, doas',
    });
  return {
    method,
    user: text('ansible_become_user', `ansible_${method}_user`) ?? keywords.user ?? 'root',
    password:
      text('ansible_become_password', 'ansible_become_pass', `ansible_${method}_pass`, `ansible_${method}_password`) ??
      keywords.password,
    exe: text('ansible_become_exe', `ansible_${method}_exe`) ?? keywords.exe,
    flags: text('ansible_become_flags', `ansible_${method}_flags`) ?? keywords.flags,
  };
};
