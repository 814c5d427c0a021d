import { type ShellText, sh } from '../../transport/shell/quote.ts';
import { type Change, defineModule, ModuleFailure } from '../module.ts';
import { planned } from '../planned.ts';
import { needed, number, result, texts } from '../read.ts';
import { fail, put, readRecords } from '../shell/records.ts';
import { type ListedMember, readMembers } from './etcd-members.ts';
import { writeFiles } from './pair.ts';

interface Wanted {
  readonly state: string;
  readonly name: string;
  readonly peerUrl: string;
  readonly dataFolder: string;
  readonly envFile: string;
  readonly token: string;
  readonly etcdctl: readonly string[];
  readonly endpoints: readonly string[];
  readonly local: readonly string[];
  readonly seconds: number;
}

interface Found {
  readonly hasData: boolean;
  readonly env: string;
  /** What the members say, where they had to be asked. */
  readonly members: readonly ListedMember[];
  readonly isLearner: boolean;
  /** Why nobody could be asked. */
  readonly silent: string | undefined;
}

/**
 * A member of etcd. `described`, before its container first starts: the first member of all is told that it is alone, and
 * every other is added as a learner, which counts for no quorum. `voting`, once it runs: a learner that has caught up is
 * promoted. A host whose data is gone is taken off the list and added anew. Source: etcd's guide on runtime reconfiguration.
 */
export const etcd_member = defineModule<Wanted, Found>({
  name: 'etcd_member',
  summary: 'Make a host a member of etcd',
  options: {
    state: {
      type: 'str',
      required: true,
      choices: ['described', 'voting'],
      description: 'Known to the other members before it starts, or one that votes once it runs.',
    },
    name: { type: 'str', required: true, description: 'Its name.' },
    peer_url: { type: 'str', required: true, description: 'Where the other members reach it.' },
    data_dir: { type: 'path', required: true, description: 'Its data folder on the host.' },
    env_file: {
      type: 'path',
      required: true,
      description: 'The file that tells etcd how to join, which it reads once.',
    },
    token: { type: 'str', default: 'etcd-cluster', description: 'What tells apart clusters that were made anew.' },
    etcdctl: { type: 'list', elements: 'str', required: true, description: 'The command that asks other members.' },
    endpoints: {
      type: 'list',
      elements: 'str',
      description: 'The URLs of members that have data; none where this is the first of all.',
    },
    local: { type: 'list', elements: 'str', description: 'The command that asks the member on this host.' },
    timeout: {
      type: 'int',
      default: 60,
      description: 'Seconds that the others are given to agree, and a learner to catch up.',
    },
  },

  prepare: (args) => ({
    state: needed(args, 'state'),
    name: needed(args, 'name'),
    peerUrl: needed(args, 'peer_url'),
    dataFolder: needed(args, 'data_dir'),
    envFile: needed(args, 'env_file'),
    token: needed(args, 'token'),
    etcdctl: texts(args, 'etcdctl'),
    endpoints: texts(args, 'endpoints'),
    local: texts(args, 'local'),
    seconds: number(args, 'timeout') ?? 60,
  }),

  look: ({ state, dataFolder, envFile, etcdctl, endpoints, local }) => ({
    script: {
      functions: [put, fail],
      text:
        state === 'voting'
          ? sh`kb_out=$(${local} endpoint status -w json 2>&1) && kb_put status "$kb_out" || kb_put silent "the member on this host does not answer: $kb_out"`
          : sh`[ -f ${envFile} ] && kb_put env "$(cat -- ${envFile})"
if [ -d ${`${dataFolder}/member`} ]; then kb_put data yes
elif [ ${endpoints.length} -gt 0 ]; then
  kb_out=$(${ask(etcdctl, endpoints)} member list -w simple 2>&1) && kb_put members "$kb_out" || kb_put silent "the members of etcd do not answer: $kb_out"
fi`,
    },
    parse: (reply) => {
      const { fields } = readRecords(reply);
      return {
        hasData: fields.get('data') === 'yes',
        env: fields.get('env') ?? '',
        members: readMembers(fields.get('members') ?? ''),
        isLearner: /"isLearner":\s*true/.test(fields.get('status') ?? ''),
        silent: fields.get('silent'),
      };
    },
  }),

  plan: (wanted, found, { checkMode }) => {
    const { silent } = found as Found;
    // In check mode, what a member would be asked with may be missing still: the image, or the member itself.
    if (silent !== undefined && !checkMode) throw new ModuleFailure(silent);
    const changes = changesOf(wanted, found as Found);
    return planned(changes);
  },

  apply: (wanted, found) => {
    if (wanted.state === 'voting')
      return { script: { functions: [put, fail], text: promoteText(wanted) }, finish: done };
    if (wanted.endpoints.length === 0) return describe(wanted, `${wanted.name}=${wanted.peerUrl}`, 'new');
    return {
      script: { functions: [put, fail], text: addText(wanted, known(wanted, found as Found)) },
      finish: (reply) => {
        const added = readRecords(reply).fields.get('added') ?? '';
        const [, cluster] = /ETCD_INITIAL_CLUSTER="?([^"\n]+)/.exec(added) ?? [];
        if (cluster === undefined) throw new ModuleFailure(`etcdctl did not say who the members are: ${added}`);
        return describe(wanted, cluster, 'existing');
      },
    };
  },
});

const changesOf = (wanted: Wanted, found: Found): Change[] => {
  const what = `etcd member ${wanted.name}`;
  if (wanted.state === 'voting') return found.isLearner ? [{ what, before: 'learner', after: 'votes' }] : [];
  if (found.hasData) return [];
  if (wanted.endpoints.length === 0)
    return found.env === envText(wanted, `${wanted.name}=${wanted.peerUrl}`, 'new').trimEnd()
      ? []
      : [{ what, before: null, after: 'the first' }];
  const member = known(wanted, found);
  // Added and described, and cut off before it first started.
  if (member && !member.started && found.env.includes('ETCD_INITIAL_CLUSTER_STATE=existing')) return [];
  return [{ what, before: member ? 'listed, without data' : null, after: 'learner' }];
};

const known = ({ peerUrl }: Wanted, { members }: Found): ListedMember | undefined =>
  members.find(({ peerUrls }) => peerUrls.includes(peerUrl));

const ask = (etcdctl: readonly string[], endpoints: readonly string[]) =>
  sh`${[...etcdctl, `--endpoints=${endpoints.join(',')}`, '--command-timeout=5s']}`;

/** Members refuse changes until all have been connected for some seconds: asked again until they agree. */
const addText = (
  { etcdctl, endpoints, name, peerUrl, seconds }: Wanted,
  stale: ListedMember | undefined,
): ShellText => {
  const etcd = ask(etcdctl, endpoints);
  const remove = stale ? sh`kb_until ${etcd} member remove ${stale.id}` : sh`:`;
  return sh`${untilAgreed(seconds)}
${remove}
kb_until ${etcd} member add ${name} --learner ${`--peer-urls=${peerUrl}`} -w simple
kb_put added "$kb_out"`;
};

const promoteText = ({ etcdctl, endpoints, peerUrl, seconds }: Wanted): ShellText => {
  const etcd = ask(etcdctl, endpoints);
  return sh`${untilAgreed(seconds)}
kb_until ${etcd} member list -w simple
kb_id=$(printf '%s\n' "$kb_out" | grep -F -- ${peerUrl} | cut -d, -f1)
kb_until ${etcd} member promote "$kb_id"`;
};

const untilAgreed = (seconds: number): ShellText => sh`kb_end=$(($(date +%s) + ${seconds}))
kb_until() {
  until kb_out=$("$@" 2>&1); do
    [ "$(date +%s)" -lt "$kb_end" ] || kb_fail "$kb_out"
    sleep 1
  done
}`;

const envText = ({ token }: Wanted, cluster: string, state: string): string =>
  `ETCD_INITIAL_CLUSTER=${cluster}\nETCD_INITIAL_CLUSTER_STATE=${state}\nETCD_INITIAL_CLUSTER_TOKEN=${token}\n`;

const describe = (wanted: Wanted, cluster: string, state: string) => ({
  script: writeFiles([{ path: wanted.envFile, content: envText(wanted, cluster, state), mode: '600' }]),
  finish: done,
});

const done = (reply: Parameters<typeof readRecords>[0]) => {
  readRecords(reply);
  return result({ changed: true });
};
