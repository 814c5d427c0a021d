import {
  blockKeywords,
  handlerKeywords,
  importPlaybookKeywords,
  type Keyword,
  type KeywordTable,
  playKeywords,
  roleEntryKeywords,
  taskKeywords,
} from '../../language/keywords.ts';
import { plain } from '../../modules/coerce.ts';
import type { Module, Option, OptionTable } from '../../modules/module.ts';
import { allModules } from '../../modules/modules.ts';
import { draft, type JsonSchema, orTemplate, template } from './json-schema.ts';

/** Playbooks, with every keyword and every module's options. Modules of collections that are not among ours are let through. */
export const playbookSchema = (): JsonSchema => ({
  $schema: draft,
  title: 'A playbook',
  type: 'array',
  items: { anyOf: [reference('play'), reference('importPlaybook')] },
  $defs: {
    play: {
      type: 'object',
      required: ['hosts'],
      properties: {
        ...keywords(playKeywords),
        ...Object.fromEntries(
          ['tasks', 'pre_tasks', 'post_tasks'].map((name): [string, JsonSchema] => [name, reference('tasks')]),
        ),
        handlers: reference('handlers'),
        roles: { type: ['array', 'null'], items: { anyOf: [{ type: 'string' }, reference('role')] } },
      },
      additionalProperties: false,
    },
    importPlaybook: {
      type: 'object',
      required: ['import_playbook'],
      properties: keywords(importPlaybookKeywords),
      additionalProperties: false,
    },
    role: { type: 'object', properties: { ...keywords(roleEntryKeywords), name: { type: 'string' } } },
    tasks: { type: ['array', 'null'], items: { anyOf: [reference('block'), reference('task')] } },
    handlers: { type: ['array', 'null'], items: { anyOf: [reference('block'), reference('handler')] } },
    block: {
      type: 'object',
      required: ['block'],
      properties: {
        ...keywords(blockKeywords),
        block: reference('tasks'),
        rescue: reference('tasks'),
        always: reference('tasks'),
      },
      additionalProperties: false,
    },
    task: {
      type: 'object',
      not: { required: ['block'] },
      allOf: [reference('actions')],
      properties: keywords(taskKeywords),
    },
    handler: {
      allOf: [reference('task')],
      properties: { listen: keywordTypes[handlerKeywords.listen?.type ?? 'any'] },
    },
    actions: { properties: actions() },
    modules: Object.fromEntries(allModules().map((module) => [module.name, argumentsOf(module)])),
    types,
  },
});

const reference = (name: string): JsonSchema => ({ $ref: `#/$defs/${name}` });

/** Every name of every module, with its arguments. */
const actions = (): Record<string, JsonSchema> =>
  Object.fromEntries(
    allModules().flatMap(({ name, aliases = [] }) =>
      [name, `ansible.builtin.${name}`, ...aliases].map((each): [string, JsonSchema] => [
        each,
        reference(`modules/${name}`),
      ]),
    ),
  );

const argumentsOf = ({ summary, options, kind, ...module }: Module): JsonSchema => ({
  description: summary,
  anyOf: [
    { type: 'string', description: module.freeForm ?? 'name=value, with spaces between' },
    {
      ...optionsOf(options),
      ...(kind === 'control' && 'openEnded' in module && module.openEnded ? { additionalProperties: true } : {}),
    },
    { type: 'null' },
  ],
});

const optionsOf = (options: OptionTable): JsonSchema => ({
  type: 'object',
  properties: Object.fromEntries(
    Object.entries(options).flatMap(([name, option]) =>
      [name, ...(option.aliases ?? [])].map((each): [string, JsonSchema] => [each, optionOf(option)]),
    ),
  ),
  additionalProperties: false,
});

const optionOf = (option: Option): JsonSchema => {
  const { description, choices, default: otherwise } = option;
  const values = choices?.filter((choice) => choice !== null).map(plain);
  return {
    description,
    ...(otherwise === undefined || otherwise === null ? {} : { default: plain(otherwise) }),
    ...(values && !['list', 'bool'].includes(option.type) ? { anyOf: [{ enum: values }, template] } : shapeOf(option)),
  };
};

const shapeOf = ({ type, elements, options }: Option): JsonSchema => {
  if (!options) return reference(`types/${type}`);
  const inside = optionsOf(options);
  if (type === 'list' || elements)
    return { anyOf: [{ type: 'array', items: { anyOf: [inside, template] } }, template] };
  return { anyOf: [inside, template] };
};

const scalar: JsonSchema = { type: ['string', 'number', 'boolean', 'null'] };

/** What is turned into the type of an option as ansible-core turns it: a number is a text too, and `yes` a bool. */
const types: Readonly<Record<Option['type'], JsonSchema>> = {
  bool: { anyOf: [{ type: 'boolean' }, { enum: ['yes', 'no', 'on', 'off', 'true', 'false', 0, 1] }, template] },
  int: { anyOf: [{ type: 'integer' }, { type: 'string', pattern: '^[+-]?[0-9]+$' }, template] },
  list: { anyOf: [{ type: 'array' }, scalar] },
  dict: { type: ['object', 'string', 'null'] },
  float: scalar,
  bytes: scalar,
  str: scalar,
  path: scalar,
  raw: {},
  json: {},
};

const keywords = (table: KeywordTable): Record<string, JsonSchema> =>
  Object.fromEntries(Object.entries(table).map(([name, { type }]) => [name, keywordTypes[type]]));

const keywordTypes: Readonly<Record<Keyword['type'], JsonSchema>> = {
  string: { type: ['string', 'number', 'boolean', 'null'] },
  bool: { anyOf: [{ type: 'boolean' }, { enum: ['yes', 'no', 'on', 'off'] }, template] },
  int: orTemplate({ type: 'integer' }),
  float: orTemplate({ type: 'number' }),
  percent: { anyOf: [{ type: 'number' }, { type: 'string', pattern: '^[0-9.]+%?$' }, template] },
  list: { anyOf: [{ type: 'array' }, { type: ['string', 'null'] }] },
  dict: { anyOf: [{ type: ['object', 'null'] }, { type: 'array' }, template] },
  conditions: { anyOf: [{ type: ['string', 'boolean', 'number', 'null'] }, { type: 'array' }] },
  any: {},
};
