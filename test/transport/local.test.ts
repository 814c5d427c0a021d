import { transportContract } from './contract.ts';
import { connectLocally, shells } from './shell/local-shells.ts';

for (const [name, path] of shells()) transportContract(`local, ${name}`, () => connectLocally(path));
