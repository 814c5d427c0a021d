import type { Inventory } from '../inventory/inventory.ts';
import { loadInventory } from '../inventory/load.ts';
import type { Decrypt } from '../language/files.ts';
import { createTemplar } from '../template/create-templar.ts';
import type { Templar } from '../template/templar.ts';
import type { Vaulted } from '../template/values.ts';
import type { Diagnostic } from '../util/diagnostic.ts';
import { createVariables } from '../variables/create-variables.ts';
import type { Variables } from '../variables/variables.ts';
import type { RunSettings } from './context.ts';

export interface LoadOptions {
  /** What `-i` names. */
  readonly inventories: readonly string[];
  readonly settings: RunSettings;
  readonly limit?: string | undefined;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly workingDirectory: string;
  readonly decrypt?: Decrypt | undefined;
  readonly decryptValue?: ((secret: Vaulted) => string) | undefined;
  readonly decryptFile?: ((content: Uint8Array) => Uint8Array) | undefined;
  readonly injectFacts?: boolean | undefined;
  readonly mergeHashes?: boolean | undefined;
}

/** What a run works with, read from files. */
export interface Loaded {
  readonly inventory: Inventory;
  readonly variables: Variables;
  readonly templar: Templar;
  readonly warnings: readonly Diagnostic[];
}

/** Reads inventories and makes variables and templates of them. Throws a UserError with all that is wrong. */
export const loadRun = (options: LoadOptions): Loaded => {
  const { settings, decrypt, decryptValue } = options;
  const warnings: Diagnostic[] = [];
  const templar = createTemplar({
    environment: options.environment,
    workingDirectory: options.workingDirectory,
    warn: (message) => warnings.push({ severity: 'warning', message }),
    ...(decryptValue && { decrypt: decryptValue }),
    ...(options.decryptFile && { decryptFile: options.decryptFile }),
  });
  const { inventory, warnings: more } = loadInventory(options.inventories, {
    decrypt,
    evaluate: (expression, scope) => templar.evaluate(expression, scope),
  });
  const variables = createVariables({
    inventory,
    extraVars: settings.extraVars,
    settings: {
      checkMode: settings.checkMode,
      diffMode: settings.diffMode,
      verbosity: settings.verbosity,
      forks: settings.forks,
      runTags: settings.tags.length > 0 ? settings.tags : ['all'],
      skipTags: settings.skipTags,
      limit: options.limit,
    },
    render: (value, scope) => templar.render(value, scope),
    decrypt,
    mergeHashes: options.mergeHashes,
    injectFacts: options.injectFacts,
  });
  return { inventory, variables, templar, warnings: [...more, ...warnings] };
};
