import { sh } from '../../transport/shell/quote.ts';
import { encode } from '../../util/bytes.ts';
import { type Change, defineModule, ModuleFailure } from '../module.ts';
import { planned } from '../planned.ts';
import { flag, needed, result } from '../read.ts';
import { fail, put, readRecords } from '../shell/records.ts';
import { askEngine, engine, listed, readInspected, readListed } from './engine-api.ts';
import { hashLabel, podLabel } from './labels.ts';

interface Wanted {
  readonly address: string;
  readonly restart: boolean;
}

interface Found {
  readonly hasDocker: boolean;
  readonly gateway: string;
  /** Running containers that belong neither to this tool nor to Kubernetes. */
  readonly others: readonly string[];
}

interface Bridge {
  readonly IPAM: { readonly Config: readonly { readonly Gateway?: string }[] };
}

/** Labels of this tool's containers and of Kubernetes'. */
const oursBy = [hashLabel, podLabel];

/**
 * Docker's own bridge on the address that daemon.json gives it. dockerd with live-restore leaves the bridge where it is while
 * any container runs, so those are stopped first; their restart policies bring them back. A user's own containers are stopped
 * only where `restart` allows it. systemd lets docker.service start three times a minute (moby's unit), a count that
 * `reset-failed` sets back (systemctl(1)): new settings have just restarted it.
 */
export const docker_bridge = defineModule<Wanted, Found>({
  name: 'docker_bridge',
  summary: "Move Docker's bridge to the address that its configuration gives it",
  options: {
    address: { type: 'str', required: true, description: 'The address with its prefix length, as in `bip`.' },
    restart: { type: 'bool', default: false, description: "Whether a user's own containers may be stopped for it." },
  },

  prepare: (args) => ({ address: needed(args, 'address'), restart: flag(args, 'restart') }),

  look: () => ({
    script: {
      functions: [put, fail, engine],
      batches: [askEngine('/networks/bridge', '/containers/json')],
      text: sh`command -v docker >/dev/null 2>&1 || { kb_put docker absent; exit 0; }
if kb_out=$(kb_engine /networks/bridge); then
  kb_put bridge "$kb_out"
  kb_put running "$(kb_engine /containers/json)"
  exit 0
fi
kb_out=$(docker network inspect bridge --format '{{range .IPAM.Config}}{{.Gateway}}{{end}}' 2>&1) || kb_fail "$kb_out"
kb_put gateway "$kb_out"
kb_put running "$(docker ps --format ${listed(...oursBy)})"`,
    },
    parse: (reply) => {
      const { fields } = readRecords(reply);
      const [bridge] = readInspected(encode(fields.get('bridge') ?? '')) as readonly [Bridge?];
      const running = readListed(fields.get('running') ?? '');
      return {
        hasDocker: fields.get('docker') !== 'absent',
        gateway: fields.get('gateway') ?? bridge?.IPAM.Config.map(({ Gateway = '' }) => Gateway).join('') ?? '',
        others: running
          .filter(({ Labels }) => oursBy.every((label) => !Labels[label]))
          .map(({ Names: [name = ''] }) => name.slice(1)),
      };
    },
  }),

  plan: ({ address, restart }, found, { checkMode }) => {
    const { hasDocker, gateway, others } = found as Found;
    if (!hasDocker && !checkMode) throw new ModuleFailure('Docker is not installed on this host');
    const wanted = address.split('/')[0] as string;
    const changes: Change[] =
      gateway === wanted ? [] : [{ what: "Docker's bridge", before: gateway || null, after: wanted }];
    if (changes.length > 0 && others.length > 0 && !restart) {
      throw new ModuleFailure(
        `Docker's bridge must move from ${gateway} to ${wanted}, which stops your own containers for a moment: ${others.join(', ')}. Set docker_restart: true to allow it`,
      );
    }
    return planned(changes);
  },

  apply: ({ address }) => ({
    script: {
      functions: [put, fail],
      text: sh`kb_running=$(docker ps -q)
[ -z "$kb_running" ] || kb_err=$(docker stop $kb_running 2>&1) || kb_fail "stopping containers failed: $kb_err"
if command -v systemctl >/dev/null 2>&1; then systemctl reset-failed docker 2>/dev/null; kb_err=$(systemctl restart docker 2>&1); else kb_err=$(service docker restart 2>&1); fi || kb_fail "restarting Docker failed: $kb_err"
kb_end=$(($(date +%s) + 60))
until kb_out=$(docker network inspect bridge --format '{{range .IPAM.Config}}{{.Gateway}}{{end}}' 2>&1) && [ "$kb_out" = ${address.split('/')[0] as string} ]; do
  [ "$(date +%s)" -lt "$kb_end" ] || kb_fail "Docker's bridge did not move: $kb_out"
  sleep 0.3
done
[ -z "$kb_running" ] || docker start $kb_running >/dev/null 2>&1
:`,
    },
    finish: (reply) => {
      readRecords(reply);
      return result({ changed: true });
    },
  }),
});
