import type { Field } from '../language/playbook.ts';
import { truthy } from '../template/python/truth.ts';
import type { Templar } from '../template/templar.ts';
import { type Scope, Template, type Value } from '../template/values.ts';
import type { Diagnostic } from '../util/diagnostic.ts';
import type { Position } from '../util/position.ts';

export type Verdict = { readonly met: true } | { readonly met: false; readonly condition: Value };

/**
 * Whether all conditions of `when`, `changed_when`, `failed_when` or `until` hold; the first that does not is told. A
 * condition that is no boolean counts by Python's truth and is warned of, as ansible-core before 2.19 took it.
 */
export const checkConditions = (
  fields: readonly Field[],
  scope: Scope,
  templar: Templar,
  warn: (diagnostic: Diagnostic) => void,
): Verdict => {
  for (const { value, valuePosition } of fields) {
    for (const condition of Array.isArray(value) ? value : [value])
      if (!holds(condition, valuePosition, scope, templar, warn)) return { met: false, condition: sourceOf(condition) };
  }
  return { met: true };
};

const holds = (
  condition: Value,
  position: Position,
  scope: Scope,
  templar: Templar,
  warn: (diagnostic: Diagnostic) => void,
): boolean => {
  if (typeof condition === 'boolean') return condition;
  if (condition === null || condition === '') return true;
  let answer: Value = condition;
  if (typeof condition === 'string') answer = templar.evaluate(condition, scope, position);
  else if (condition instanceof Template) answer = fromTemplate(condition, scope, templar);
  if (typeof answer === 'boolean') return answer;
  warn({
    severity: 'warning',
    message: `this condition is not a boolean, so it counts as ${truthy(answer) ? 'true' : 'false'}`,
    position: condition instanceof Template ? (condition.position ?? position) : position,
    hint: 'say what is meant: `| bool`, `is defined`, `| length > 0`, `== …`',
  });
  return truthy(answer);
};

/** `when: "{{ x }}"`: what it renders to is the condition, be it a value or, in a mixed text, an expression. */
const fromTemplate = (condition: Template, scope: Scope, templar: Templar): Value => {
  const rendered = templar.render(condition, scope);
  if (typeof rendered !== 'string') return rendered;
  const lone = /^\s*\{\{((?:(?!\}\}|\{\{).)*)\}\}\s*$/s.test(condition.source);
  if (!lone) return templar.evaluate(rendered, scope, condition.position);
  if (/^(true|false)$/i.test(rendered)) return rendered.toLowerCase() === 'true';
  return rendered;
};

const sourceOf = (condition: Value): Value => (condition instanceof Template ? condition.source : condition);
