import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

const requirements = join(import.meta.dirname, 'requirements.txt');

/**
 * ansible-playbook to compare with: of the virtual environment that K8S_BM_ORACLE names, else of one that pip makes in the
 * cache from requirements.txt. Where neither is to be had, a sentence says why.
 */
export const findAnsible = (): { readonly program: string } | { readonly missing: string } => {
  const given = process.env.K8S_BM_ORACLE;
  if (given) {
    const program = join(given, 'bin/ansible-playbook');
    return existsSync(program) ? { program } : { missing: `K8S_BM_ORACLE names ${given}, and there is no ${program}` };
  }
  const wanted = createHash('sha256').update(readFileSync(requirements)).digest('hex').slice(0, 12);
  const cache = process.env.XDG_CACHE_HOME || join(homedir(), '.cache');
  const venv = join(cache, 'k8s-bm/bench', `ansible-${wanted}`);
  const program = join(venv, 'bin/ansible-playbook');
  if (existsSync(program)) return { program };
  try {
    mkdirSync(join(venv, '..'), { recursive: true });
    execFileSync('python3', ['-m', 'venv', venv], { stdio: 'pipe' });
    execFileSync(join(venv, 'bin/pip'), ['install', '--quiet', '-r', requirements], { stdio: 'pipe' });
    return { program };
  } catch (error) {
    const said = String((error as { stderr?: unknown }).stderr ?? (error as Error).message).trim();
    return { missing: `ansible-core could not be installed to compare with: ${said.split('\n').at(-1)}` };
  }
};
