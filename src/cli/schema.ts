import { Argument, type Command } from 'commander';
import { tellFailures } from './failures.ts';

const afterHelp = `
An editor with YAML's language server completes and checks a file that begins with:
  # yaml-language-server: $schema=./inventory.schema.json`;

/** `k8s-bm schema inventory|playbook`: the JSON schema of a cluster's inventory, or of playbooks, for editors. */
export const configure = (command: Command): void => {
  command
    .addArgument(new Argument('<what>', 'of what').choices(['inventory', 'playbook']))
    .addHelpText('after', afterHelp)
    .action((what: 'inventory' | 'playbook') =>
      tellFailures(async () => {
        const schema =
          what === 'inventory'
            ? (await import('./schema/inventory.ts')).inventorySchema()
            : (await import('./schema/playbook.ts')).playbookSchema();
        process.stdout.write(`${JSON.stringify(schema, undefined, 1)}\n`);
      }),
    );
};
