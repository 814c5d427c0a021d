import { joinShell, sh } from '../../transport/shell/quote.ts';
import { decode } from '../../util/bytes.ts';
import { fromPlain } from '../coerce.ts';
import { defineModule, ModuleFailure } from '../module.ts';
import { flag, result } from '../read.ts';
import { fail, put, readRecords } from '../shell/records.ts';
import { askEngine, engine } from './engine-api.ts';

/** What `docker info` and `docker ps` tell of a host, as `community.docker.docker_host_info` returns it; reads only. */
export const docker_host_info = defineModule<{ containers: boolean; images: boolean }, unknown>({
  name: 'docker_host_info',
  aliases: ['community.docker.docker_host_info'],
  summary: 'Retrieve facts about the Docker host',
  options: {
    containers: { type: 'bool', default: false, description: 'List the containers too.' },
    images: { type: 'bool', default: false, description: 'List the images too.' },
  },
  prepare: (args) => ({ containers: flag(args, 'containers'), images: flag(args, 'images') }),
  look: (wanted) => ({
    script: {
      functions: [put, fail, engine],
      batches: [askEngine('/info')],
      text: joinShell([
        sh`command -v docker >/dev/null 2>&1 || { kb_put docker absent; exit 0; }
kb_out=$(kb_engine /info) || kb_out=$(docker info --format '{{json .}}' 2>&1) || kb_fail "$kb_out"`,
        ...(wanted.containers ? [sh`kb_put containers "$(docker ps --all --no-trunc --format '{{json .}}')"`] : []),
        ...(wanted.images ? [sh`kb_put images "$(docker images --no-trunc --format '{{json .}}')"`] : []),
        sh`printf 'content=%s' "$kb_out"`,
      ]),
    },
    parse: (reply) => {
      const { fields, content } = readRecords(reply);
      if (fields.get('docker') === 'absent') return null;
      const lines = (name: string) =>
        (fields.get(name) ?? '')
          .split('\n')
          .filter(Boolean)
          .map((line) => JSON.parse(line) as unknown);
      return {
        can_talk_to_docker: true,
        host_info: JSON.parse(decode(content ?? new Uint8Array())) as unknown,
        containers: lines('containers'),
        images: lines('images'),
      };
    },
  }),
  plan: (_, found, { checkMode }) => {
    // What a check would have installed before is not there to be asked.
    if (!found && checkMode) return { outcome: 'nothing', changes: [], result: result({ changed: false }) };
    if (!found) throw new ModuleFailure('Docker is not installed on this host');
    const fields = fromPlain(found) as unknown as ReadonlyMap<string, never>;
    return { outcome: 'nothing', changes: [], result: result({ changed: false, ...Object.fromEntries(fields) }) };
  },
});
