import type { Field } from '../language/playbook.ts';
import { positionOf } from '../language/positions.ts';
import { checkArguments } from '../modules/arguments.ts';
import type { Templar } from '../template/templar.ts';
import { Template, type Value } from '../template/values.ts';
import { type Diagnostic, UserError } from '../util/diagnostic.ts';
import { nearest } from '../util/nearest.ts';
import type { Position } from '../util/position.ts';
import { isInclude } from './includes.ts';
import { isMeta, metaAction } from './meta.ts';
import type { PreparedPlay } from './play.ts';
import type { Sources } from './sources.ts';
import type { Step, TaskStep } from './tree.ts';

/** Keywords whose texts are expressions. */
const conditions = ['when', 'changed_when', 'failed_when', 'until'] as const;

/**
 * What can be known to be wrong with a play's tasks before a host is touched: modules that there are not, arguments that
 * they do not take, templates and conditions that can't be read, handlers that nobody wrote. A task under a condition may
 * name a module that is not written here: whether it runs is known later.
 */
export const checkPlay = (play: PreparedPlay, sources: Sources, templar: Templar): readonly Diagnostic[] => {
  const tasks = [...tasksOf(play.steps), ...tasksOf(play.handlers)];
  return [
    ...tasks.flatMap((step) => [...checkTask(step, sources), ...checkTexts(step, templar)]),
    ...checkNotified(tasks, tasksOf(play.handlers)),
  ];
};

const tasksOf = (steps: readonly Step[]): readonly TaskStep[] =>
  steps.flatMap((step) => (step.kind === 'task' ? [step] : tasksOf([...step.block, ...step.rescue, ...step.always])));

const checkTask = (step: TaskStep, sources: Sources): readonly Diagnostic[] => {
  try {
    if (isMeta(step)) metaAction(step);
    if (isMeta(step) || isInclude(step)) return [];
    const module = sources.module(step.task.module);
    const { value } = step.task.args;
    if (!(value instanceof Map) || value.has('_variable_params')) return [];
    const raw = new Map(value);
    const line = raw.get('_raw_params');
    raw.delete('_raw_params');
    if (line !== undefined && module.freeForm !== undefined) raw.set(module.freeForm, line);
    // What `module_defaults` adds is not known yet, and may be what is missing.
    const complete = step.keywords.moduleDefaults.length === 0;
    return checkArguments(module, raw)
      .filter(({ option }) => complete || option !== undefined)
      .map(({ option, message, hint }) => ({
        severity: 'error' as const,
        message: `${step.task.module.name}: ${message}`,
        position: (option !== undefined && positionOf(value, option)) || step.task.module.position,
        length: option?.length ?? step.task.module.name.length,
        hint,
      }));
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return step.keywords.when.length > 0 ? [] : error.diagnostics;
  }
};

const checkTexts = (step: TaskStep, templar: Templar): readonly Diagnostic[] => {
  const found = templatesIn(step.task.args.value).flatMap((template) => checkTemplate(template, templar));
  for (const [name, field] of step.task.keywords) {
    if (name === 'name') continue;
    found.push(...templatesIn(field.value).flatMap((template) => checkTemplate(template, templar)));
    if (conditions.some((condition) => condition === name)) found.push(...checkConditions(field, templar));
  }
  return found;
};

const checkTemplate = (template: Template, templar: Templar): readonly Diagnostic[] =>
  templar.check(template.source, 'template', template.position);

const checkConditions = (field: Field, templar: Templar): readonly Diagnostic[] => {
  const { value } = field;
  const entries = Array.isArray(value) ? value : [value];
  return entries.flatMap((condition, index) => {
    if (typeof condition !== 'string' || condition === '') return [];
    const position: Position = (Array.isArray(value) && positionOf(value, index)) || field.valuePosition;
    return templar.check(condition, 'expression', position);
  });
};

const templatesIn = (value: Value): readonly Template[] => {
  if (value instanceof Template) return [value];
  if (Array.isArray(value)) return value.flatMap(templatesIn);
  return value instanceof Map ? [...value.values()].flatMap(templatesIn) : [];
};

/** Handlers may come with roles that are included later, and names may be templates: then nothing can be said yet. */
const checkNotified = (tasks: readonly TaskStep[], handlers: readonly TaskStep[]): readonly Diagnostic[] => {
  if (tasks.some(isInclude)) return [];
  const known = new Set<string>();
  for (const handler of handlers) {
    for (const value of [handler.keywords.own('name')?.value, handler.listen?.value]) {
      for (const name of Array.isArray(value) ? value : [value]) {
        if (name instanceof Template) return [];
        if (typeof name !== 'string') continue;
        known.add(name);
        if (handler.role) known.add(`${handler.role.name} : ${name}`);
      }
    }
  }
  const seen = new Set<Field>();
  const fields = tasks
    .flatMap(({ keywords }) => keywords.notify)
    .filter((field) => !seen.has(field) && seen.add(field));
  return fields.flatMap((field) =>
    (Array.isArray(field.value) ? field.value : [field.value]).flatMap((name, index): Diagnostic[] => {
      if (typeof name !== 'string' || known.has(name)) return [];
      const meant = nearest(name, known);
      return [
        {
          severity: 'error',
          message: `there is no handler '${name}', and none that listens to it`,
          position: (Array.isArray(field.value) && positionOf(field.value, index)) || field.valuePosition,
          length: name.length,
          hint: meant === undefined ? undefined : `did you mean '${meant}'?`,
        },
      ];
    }),
  );
};
