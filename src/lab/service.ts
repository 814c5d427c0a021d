import type { GuestFile } from './guest.ts';
import type { Need } from './machine.ts';
import type { LabNetwork, LabPlace } from './state.ts';

/**
 * Something that a lab has besides its hosts and that runs on this machine: the proxy for packages, the image registry.
 * Its programs are started with `launch`, in a group of their own, so that clean-up needs to know nothing of them.
 */
export interface LabService {
  /** Also the name of its group of processes. */
  readonly name: string;
  readonly needs: readonly Need[];
  /** Starts it, or finds it running; the bridge is up, no host is. Called by `up`, and by `start` after a reboot. */
  start(place: LabPlace, network: LabNetwork, options: ServiceOptions): Promise<Furnishing>;
}

export interface ServiceOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((message: string) => void) | undefined;
}

/** What hosts and inventory must have to use a service. */
export interface Furnishing {
  readonly names?: readonly { readonly address: string; readonly names: readonly string[] }[];
  readonly files?: readonly GuestFile[];
  /** Variables of `all` in the inventory. */
  readonly variables?: Readonly<Record<string, unknown>>;
}
