import type { HostRecord, LabNetwork, LabPlace, LabRecord } from './state.ts';

/** What differs between hosts that are containers and hosts that are virtual machines. */
export interface HostKind {
  /** Makes the host's link, `linkOf(place, host.index)`, and hangs it on the bridge. Removing that link must undo it. */
  connect(place: LabPlace, network: LabNetwork, host: HostRecord): Promise<void>;
  /** The program that is the running host: it stays in the foreground, and halts the host in good order on SIGTERM. */
  command(
    place: LabPlace,
    lab: LabRecord,
    host: HostRecord,
  ): Promise<{ readonly argv: readonly string[]; readonly env?: Readonly<Record<string, string>> }>;
}
