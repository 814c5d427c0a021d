import { dirname, join } from 'node:path';
import type { Vars } from '../language/playbook.ts';
import type { ControlContext, ModuleContext } from '../modules/module.ts';
import { UndefinedError } from '../template/template-error.ts';
import { type Scope, Undefined, type Value } from '../template/values.ts';
import { checkConditions } from './conditions.ts';
import type { PlayContext } from './context.ts';
import { findFile, searchPath } from './search-path.ts';
import type { TaskStep } from './tree.ts';

export interface Surroundings {
  readonly step: TaskStep;
  readonly host: string;
  readonly scope: Scope;
  /** Loop variables and the like, which win over everything. */
  readonly overlay: Vars;
  readonly checkMode: boolean;
  readonly diffMode: boolean;
  readonly playbookDir: string;
}

/** What a module may ask about its task; all of it is answered on the controller. */
export const moduleContext = (at: Surroundings, context: PlayContext): ControlContext & ModuleContext => {
  const { step, host, scope, overlay } = at;
  const { templar } = context;
  const variable = (name: string): Value | undefined => {
    const value = scope.get(name);
    return value === undefined ? undefined : templar.render(value, scope);
  };
  return {
    checkMode: at.checkMode,
    diffMode: at.diffMode,
    host,
    get hosts() {
      return [...context.hosts.keys()];
    },
    verbosity: context.settings.verbosity,
    signal: context.signal,
    variable,
    fact: (name) => {
      const facts = scope.get('ansible_facts');
      return facts instanceof Map ? facts.get(name) : undefined;
    },
    findFile: (kind, name) => findFile(kind, name, searchPath(step.role, step.task.position.file, at.playbookDir)),
    readFile: (path, decrypt) => context.sources.readFile(path, decrypt),
    renderFile: (path, options, extra) => {
      const inner = extra ? context.play.scope(host, step.frame, new Map([...overlay, ...extra])) : scope;
      const text = (name: string): string | undefined => asOption(options.get(name));
      return templar.renderFile(context.sources.readText(path), inner, {
        file: path,
        searchPath: [
          dirname(path),
          ...searchPath(step.role, step.task.position.file, at.playbookDir).flatMap((dir) => [
            join(dir, 'templates'),
            dir,
          ]),
        ],
        trimBlocks: flag(options.get('trim_blocks')),
        lstripBlocks: flag(options.get('lstrip_blocks')),
        newlineSequence: text('newline_sequence') as '\n' | '\r\n' | '\r' | undefined,
        blockStart: text('block_start_string'),
        blockEnd: text('block_end_string'),
        variableStart: text('variable_start_string'),
        variableEnd: text('variable_end_string'),
        commentStart: text('comment_start_string'),
        commentEnd: text('comment_end_string'),
      });
    },
    addSecret: context.addSecret,
    evaluate: (expression) => {
      try {
        return typeof expression === 'string'
          ? templar.evaluate(expression, scope, step.task.args.valuePosition)
          : templar.render(expression, scope);
      } catch (error) {
        // The module says in its own words that there is no such variable.
        if (error instanceof UndefinedError) return new Undefined('', error.message);
        throw error;
      }
    },
    holds: (condition) =>
      checkConditions([{ ...step.task.args, value: condition }], scope, templar, (diagnostic) =>
        context.emit({ type: 'warning', diagnostic, host }),
      ).met,
    render: (value) => templar.render(value, scope),
    pause: ({ seconds, prompt, echo }) => context.ask({ seconds, prompt, echo: echo ?? true }),
  };
};

const flag = (value: Value | undefined): boolean | undefined => (typeof value === 'boolean' ? value : undefined);
const asOption = (value: Value | undefined): string | undefined => (typeof value === 'string' ? value : undefined);
