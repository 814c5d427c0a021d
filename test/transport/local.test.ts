import { transportContract } from './contract.ts';
import { connectLocally, shells } from './shell/local-shells.ts';

// bash differs from dash in nothing that the far side uses; the property tests run in it too.
for (const [name, path] of shells().filter(([name]) => name !== 'bash'))
  transportContract(`local, ${name}`, () => connectLocally(path));
