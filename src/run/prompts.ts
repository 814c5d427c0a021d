import type { Play, Vars } from '../language/playbook.ts';
import { asText, coerce } from '../modules/coerce.ts';
import type { Value } from '../template/values.ts';
import { UserError } from '../util/diagnostic.ts';
import type { RunContext } from './context.ts';

/**
 * Asks for `vars_prompt`; names that extra variables give are not asked for. The answers are secret where `private` is on,
 * which is its default.
 */
export const askPrompts = async (play: Play, run: RunContext): Promise<Vars | undefined> => {
  const field = play.keywords.get('vars_prompt');
  if (!field || !Array.isArray(field.value)) return undefined;
  const answers = new Map<string, Value>();
  for (const prompt of field.value) {
    if (!(prompt instanceof Map)) continue;
    const name = asText(prompt.get('name') ?? '');
    if (name === '' || run.settings.extraVars.has(name)) continue;
    const isPrivate = prompt.has('private') ? (coerce(prompt.get('private') as Value, 'bool') as boolean) : true;
    const otherwise = prompt.get('default');
    const text = asText(prompt.get('prompt') ?? name);
    const question = otherwise === undefined || isPrivate ? text : `${text} [${asText(otherwise)}]`;
    const ask = (words: string): Promise<string> => run.ask({ prompt: `${words}: `, echo: !isPrivate });
    let answer = await ask(question);
    if (prompt.get('confirm') === true && (await ask(`confirm ${text}`)) !== answer) {
      throw new UserError({
        severity: 'error',
        message: `the two answers for ${name} differ`,
        position: field.valuePosition,
      });
    }
    if (answer === '' && otherwise !== undefined) answer = asText(otherwise);
    if (isPrivate && answer !== '') run.addSecret(answer);
    answers.set(name, answer);
  }
  return answers;
};
