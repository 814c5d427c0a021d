import { doas } from './doas.ts';
import type { BecomeMethod } from './method.ts';
import { su } from './su.ts';
import { sudo } from './sudo.ts';

/** How each `become_method` is asked and how it refuses. */
export const becomeMethods: Readonly<Record<'sudo' | 'su' | 'doas', BecomeMethod>> = { sudo, su, doas };
