import type { Module, Option, OptionTable } from '../../modules/module.ts';
import { nativeText } from './native-text.ts';
import type { Entry, Page } from './page.ts';

/** What a module does, and every option of it. */
export const modulePage = (module: Module): Page => {
  const { name, aliases = [], summary, freeForm, options, constraints = {} } = module;
  const rules = [
    ...(constraints.mutuallyExclusive ?? []).map((names) => `Only one of ${listed(names)} may be given.`),
    ...(constraints.requiredTogether ?? []).map((names) => `${listed(names)} go together.`),
    ...(constraints.requiredOneOf ?? []).map((names) => `One of ${listed(names)} is required.`),
    ...(constraints.requiredIf ?? []).map(
      ([option, value, names]) => `With ${option}: ${nativeText(value)}, ${listed(names)} must be given.`,
    ),
  ];
  return {
    title: name,
    text: [
      `${summary.replace(/\.$/, '')}.`,
      ...(aliases.length > 0 ? [`Also known as ${aliases.join(', ')}.`] : []),
      ...(freeForm ? [`A text behind the module's name is ${freeForm}.`] : []),
      ...(rules.length > 0 ? [rules.join(' ')] : []),
    ],
    entries: entriesOf(options, ''),
  };
};

const entriesOf = (options: OptionTable, prefix: string): Entry[] =>
  Object.entries(options).flatMap(([name, option]) => [
    { name: `${prefix}${name}`, facts: factsOf(option), text: option.description },
    ...(option.options ? entriesOf(option.options, `${prefix}${name}.`) : []),
  ]);

const factsOf = ({ type, elements, required, default: otherwise, choices, aliases }: Option): string[] => [
  elements ? `list of ${elements}` : type,
  ...(required ? ['required'] : []),
  ...(choices ? [choices.map(nativeText).join(', ')] : []),
  ...(otherwise === undefined || otherwise === null ? [] : [`default ${nativeText(otherwise)}`]),
  ...(aliases && aliases.length > 0 ? [`also ${aliases.join(', ')}`] : []),
];

const listed = (names: readonly string[]): string => names.join(', ').replace(/, ([^,]*)$/, ' and $1');
