import type { Command } from 'commander';
import { UserError } from '../util/diagnostic.ts';
import { packageRoot } from '../util/package-root.ts';
import type { Page } from './doc/page.ts';
import { tellFailures } from './failures.ts';

const shipped = packageRoot();

/** `k8s-bm doc`: what a cluster can be told, every module with its options, and every command. */
export const configure = (command: Command): void => {
  command
    .argument('[what]', 'cluster, commands, or the name of a module; without it, all modules are listed')
    .option('--markdown', 'as Markdown; `modules` is then all of them')
    .action((what: string | undefined, { markdown = false }: { markdown?: boolean }) =>
      tellFailures(async () => void process.stdout.write(await text(what, markdown))),
    );
};

const text = async (what: string | undefined, markdown: boolean): Promise<string> => {
  const { markdownPage, terminalPage } = await import('./doc/page.ts');
  const show = (page: Page, level = 1): string =>
    markdown ? markdownPage(page, level) : terminalPage(page, Math.min(process.stdout.columns || 100, 120));
  if (what === 'cluster') return show((await import('./doc/cluster.ts')).clusterPage(shipped));
  if (what === 'commands') {
    const { commands } = await import('./commands.ts');
    return (await import('./doc/commands.ts')).commandsPage(commands);
  }
  const { allModules, findModule, nearestModule } = await import('../modules/modules.ts');
  const { modulePage } = await import('./doc/module.ts');
  const modules = [...allModules()].sort((a, b) => (a.name < b.name ? -1 : 1));
  if (what === 'modules' && markdown)
    return ['# The modules\n', ...modules.map((module) => show(modulePage(module), 2))].join('\n');
  if (what === undefined || what === 'modules') {
    const width = Math.max(...modules.map(({ name }) => name.length));
    const lines = modules.map(({ name, summary }) => `${name.padEnd(width)}  ${summary}`);
    return `${[...lines, '', 'k8s-bm doc MODULE tells of one, k8s-bm doc cluster of the settings of a cluster.'].join('\n')}\n`;
  }
  const module = findModule(what);
  if (module) return show(modulePage(module));
  const meant = nearestModule(what);
  throw new UserError({
    severity: 'error',
    message: `there is no module ${what}`,
    hint: meant ? `is ${meant} meant?` : 'k8s-bm doc lists them',
  });
};
