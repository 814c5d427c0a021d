import { joinShell, sh } from '../../transport/shell/quote.ts';
import { decode } from '../../util/bytes.ts';
import { type Change, defineModule, ModuleFailure } from '../module.ts';
import { needed, number, result, text } from '../read.ts';
import { kbSection, parseSections, sectionOf } from '../shell/sections.ts';

interface Wanted {
  readonly name: string;
  readonly path: string | undefined;
  readonly link: string | undefined;
  readonly priority: number | undefined;
  readonly state: 'present' | 'selected' | 'auto' | 'absent';
  readonly subcommands: readonly { readonly name: string; readonly path: string; readonly link: string }[];
}

interface Found {
  readonly program: string;
  readonly auto: boolean;
  readonly value: string | undefined;
  readonly link: string | undefined;
  /** Path → priority. */
  readonly choices: ReadonlyMap<string, number>;
}

/** Which of several programs a common name leads to. Behaviour and return values after the documentation of community.general.alternatives. */
export const alternatives = defineModule<Wanted, Found>({
  name: 'alternatives',
  aliases: ['community.general.alternatives'],
  summary: 'Chooses among alternatives of a program',
  options: {
    name: { description: 'The common name.', type: 'str', required: true },
    path: { description: 'The program that it shall lead to.', type: 'path' },
    link: { description: 'The link that has the name.', type: 'path' },
    priority: { description: 'Its priority in automatic mode.', type: 'int' },
    state: {
      description: 'Whether it is there, and chosen.',
      type: 'str',
      choices: ['present', 'selected', 'auto', 'absent'],
      default: 'selected',
    },
    subcommands: {
      description: 'Links that change along.',
      type: 'list',
      elements: 'dict',
      aliases: ['slaves'],
      options: {
        name: { description: 'The name.', type: 'str', required: true },
        path: { description: 'The file.', type: 'path', required: true },
        link: { description: 'The link.', type: 'path', required: true },
      },
    },
    family: { description: "Accepted for Red Hat's tool.", type: 'str' },
  },
  prepare: (args) => {
    const each = (args.get('subcommands') as Map<string, string>[] | undefined) ?? [];
    return {
      name: needed(args, 'name'),
      path: text(args, 'path'),
      link: text(args, 'link'),
      priority: number(args, 'priority'),
      state: (text(args, 'state') ?? 'selected') as Wanted['state'],
      subcommands: each.map((one) => ({
        name: one.get('name') as string,
        path: one.get('path') as string,
        link: one.get('link') as string,
      })),
    };
  },
  look: ({ name }) => ({
    script: {
      functions: [kbSection],
      environment: { LC_ALL: 'C' },
      text: joinShell([
        sh`for kb_try in update-alternatives alternatives; do command -v $kb_try >/dev/null 2>&1 && { kb_section program printf %s $kb_try; break; }; done`,
        sh`kb_section query update-alternatives --query ${name}`,
      ]),
    },
    parse: (reply) => {
      const sections = parseSections(reply.stdout);
      const query = sectionOf(sections, 'query');
      const said = query.code === 0 ? query.text : '';
      const [head, ...blocks] = said.split(/\n(?=Alternative: )/);
      const field = (from: string | undefined, key: string): string | undefined =>
        new RegExp(`^${key}: (.*)$`, 'm').exec(from ?? '')?.[1];
      return {
        program: sectionOf(sections, 'program').text,
        auto: field(head, 'Status') === 'auto',
        value: field(head, 'Value'),
        link: field(head, 'Link'),
        choices: new Map(
          blocks.map((block) => [field(block, 'Alternative') as string, Number(field(block, 'Priority'))] as const),
        ),
      };
    },
  }),
  plan: (wanted, found) => {
    const steps = stepsFor(wanted, found as Found);
    return {
      outcome: steps.length > 0 ? 'change' : 'nothing',
      changes: steps.map((step) => step.change),
      result: result({ changed: steps.length > 0 }),
    };
  },
  apply: (wanted, found) => ({
    script: {
      environment: { LC_ALL: 'C' },
      text: joinShell(
        stepsFor(wanted, found as Found).map((step) => sh`${(found as Found).program} ${step.words} >&2 || exit`),
      ),
    },
    finish: (reply) => {
      if (reply.code !== 0) throw new ModuleFailure(decode(reply.stderr).trim());
      return result({ changed: true });
    },
  }),
});

interface Step {
  readonly words: readonly string[];
  readonly change: Change;
}

const stepsFor = (wanted: Wanted, found: Found): Step[] => {
  const { name, path, state } = wanted;
  if (found.program === '') throw new ModuleFailure('the host has neither update-alternatives nor alternatives');
  const what = `alternative ${name}`;
  const steps: Step[] = [];
  if (state === 'auto')
    return found.auto
      ? []
      : [{ words: ['--auto', name], change: { what, before: found.value ?? null, after: 'automatic' } }];
  if (path === undefined) throw new ModuleFailure(`alternative ${name}: state ${state} needs path`);
  const priority = found.choices.get(path);
  if (state === 'absent') {
    if (priority !== undefined)
      steps.push({ words: ['--remove', name, path], change: { what, before: path, after: null } });
    return steps;
  }
  if (priority === undefined || (wanted.priority !== undefined && wanted.priority !== priority)) {
    const link = wanted.link ?? found.link;
    if (link === undefined)
      throw new ModuleFailure(`Needed to install the alternative, but unable to do so as we are missing the link`);
    const along = wanted.subcommands.flatMap((each) => ['--slave', each.link, each.name, each.path]);
    const after = String(wanted.priority ?? 50);
    steps.push({
      words: ['--install', link, name, path, after, ...along],
      change: { what: `${what} ${path}`, before: priority === undefined ? null : String(priority), after },
    });
  }
  if (state === 'selected' && (found.value !== path || found.auto))
    if (found.value !== path)
      steps.push({ words: ['--set', name, path], change: { what, before: found.value ?? null, after: path } });
  return steps;
};
