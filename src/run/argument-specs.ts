import type { Role, Task } from '../language/playbook.ts';
import { checkArguments } from '../modules/arguments.ts';
import { asText, coerce } from '../modules/coerce.ts';
import { defineControl, ModuleFailure, type Option, type OptionTable } from '../modules/module.ts';
import { type Dict, Template, type Value } from '../template/values.ts';
import type { Position } from '../util/position.ts';
import { resultOf } from './results.ts';

/** The check that runs before a role whose `argument_specs` describe the wanted entry point. */
export const argumentChecks = (role: Role, entryPoint: string): readonly { task: Task; title: string }[] => {
  const spec = role.argumentSpecs instanceof Map ? role.argumentSpecs.get(entryPoint) : undefined;
  if (!(spec instanceof Map) || !(spec.get('options') instanceof Map)) return [];
  const position: Position = { file: `${role.path}/meta/argument_specs.yml`, line: 1, column: 1 };
  const field = (value: Value): { value: Value; position: Position; valuePosition: Position } => ({
    value,
    position,
    valuePosition: position,
  });
  const description = spec.get('short_description');
  const task: Task = {
    kind: 'task',
    position,
    keywords: new Map([['tags', field(['always'])]]),
    module: { name: 'validate_argument_spec', position },
    args: field(
      new Map<Value, Value>([
        ['argument_spec', plainSpec(spec.get('options') as Dict)],
        [
          'validate_args_context',
          resultOf({ argument_spec_name: entryPoint, name: role.name, path: role.path, type: 'role' }),
        ],
      ]),
    ),
  };
  const title = `Validating arguments against arg spec '${entryPoint}'`;
  return [{ task, title: description ? `${title} - ${asText(description)}` : title }];
};

/** Defaults in a specification may hold templates; they are for documentation and are not checked. */
const plainSpec = (options: Dict): Dict =>
  new Map(
    [...options].map(([name, option]) => [
      name,
      option instanceof Map ? new Map([...option].filter(([, value]) => !(value instanceof Template))) : option,
    ]),
  );

/** Checks a host's variables against a role's `argument_specs`, as the roles documentation of Ansible describes them. */
export const validateArgumentSpec = defineControl({
  name: 'validate_argument_spec',
  summary: 'Check variables against an argument specification',
  options: {
    argument_spec: { type: 'dict', required: true, description: 'The options, as in meta/argument_specs.yml.' },
    provided_arguments: { type: 'dict', description: 'Values that are checked instead of variables.' },
    validate_args_context: { type: 'raw', description: 'What is checked, for messages.' },
  },
  run: (args, context) => {
    const table = optionTable(args.get('argument_spec') as Dict);
    const provided = args.get('provided_arguments');
    const values: Dict = new Map();
    for (const name of Object.keys(table)) {
      const given = provided instanceof Map ? provided.get(name) : undefined;
      const value = given ?? context.variable(name);
      if (value !== undefined) values.set(name, value);
    }
    const module = { ...validateArgumentSpec, name: 'role', options: table };
    const problems = checkArguments(module, values);
    if (problems.length > 0) {
      const messages = problems.map(({ message }) => message);
      throw new ModuleFailure(`Validation of arguments failed:\n${messages.join('\n')}`, [
        ['argument_errors', messages],
        ['argument_spec_data', args.get('argument_spec') as Value],
        ['validate_args_context', args.get('validate_args_context') ?? new Map()],
      ]);
    }
    return resultOf({
      changed: false,
      msg: 'The arg spec validation passed',
      validate_args_context: args.get('validate_args_context') ?? new Map(),
    });
  },
});

const optionTable = (spec: Dict): OptionTable =>
  Object.fromEntries(
    [...spec].map(([name, option]) => [asText(name), optionOf(option instanceof Map ? option : new Map())]),
  );

const optionOf = (option: Dict): Option => {
  const inner = option.get('options');
  const choices = option.get('choices');
  const type = (name: string): Option['type'] | undefined => option.get(name) as Option['type'] | undefined;
  return {
    description: '',
    type: type('type') ?? 'str',
    elements: type('elements'),
    required: option.has('required') && (coerce(option.get('required') as Value, 'bool') as boolean),
    choices: Array.isArray(choices) ? choices : undefined,
    options: inner instanceof Map ? optionTable(inner) : undefined,
  };
};
