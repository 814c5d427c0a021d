import { joinShell, sh } from '../../transport/shell/quote.ts';
import { asText } from '../coerce.ts';
import { type Arguments, defineModule } from '../module.ts';
import { list, result, text, texts } from '../read.ts';
import { put, readRecords } from '../shell/records.ts';

interface Target {
  readonly name: string;
  readonly address: string;
  readonly tcp: readonly string[];
  readonly udp: readonly string[];
}

interface Found {
  readonly known: boolean;
  readonly unreached: readonly { readonly name: string; readonly port: string; readonly why: string }[];
}

/**
 * Whether packets get from a host to ports of others, also before anything listens there: a machine that refuses a connection,
 * or answers UDP with "port unreachable", was reached; a firewall is silent or says that it prohibits. Needs bash on the host,
 * whose sockets tell these apart; without it nothing is known, and `known` says so.
 */
export const host_reach = defineModule<readonly Target[], Found>({
  name: 'host_reach',
  summary: 'Find out which ports of other hosts this host can reach',
  observes: 'world',
  options: {
    targets: {
      type: 'list',
      elements: 'dict',
      required: true,
      description: 'The other hosts.',
      options: {
        name: { type: 'str', required: true, description: 'What the host is called.' },
        address: { type: 'str', required: true, description: 'Its IPv4 address.' },
        tcp: { type: 'list', elements: 'str', description: 'TCP ports.' },
        udp: { type: 'list', elements: 'str', description: 'UDP ports on which nothing listens yet.' },
      },
    },
  },

  prepare: (args) =>
    list(args, 'targets').map((entry) => {
      const target = entry as unknown as Arguments;
      const [tcp, udp] = [texts(target, 'tcp'), texts(target, 'udp')];
      return { name: asText(target.get('name') ?? ''), address: text(target, 'address') ?? '', tcp, udp };
    }),

  look: (targets) => ({
    script: {
      functions: [put],
      text: joinShell([
        sh`command -v bash >/dev/null 2>&1 && command -v timeout >/dev/null 2>&1 || { kb_put known no; exit 0; }`,
        sh`kb_reach() {
  kb_said=$(LC_ALL=C timeout 4 bash -c "$4" bash "$2" "$3" 2>&1); kb_code=$?
  case $kb_code:$kb_said in
    *refused*) return 0 ;;
    *rohibited* | *'o route'* | *nreachable*) kb_put unreached "$1 the packets are rejected" ;;
    0:*) [ "$5" = silence ] || return 0; kb_put unreached "$1 no answer" ;;
    124:*) kb_put unreached "$1 no answer" ;;
    *) kb_put unreached "$1 $kb_said" ;;
  esac
}`,
        ...targets.flatMap(({ name, address, tcp, udp }) => [
          ...tcp.map(
            (port) =>
              sh`kb_reach ${`${name} TCP/${port}`} ${address} ${port} ': 3<>"/dev/tcp/$1/$2"' answer </dev/null &`,
          ),
          // The answer to the first packet is told with the second one.
          ...udp.map(
            (port) =>
              sh`kb_reach ${`${name} UDP/${port}`} ${address} ${port} 'exec 3>"/dev/udp/$1/$2"; for i in 1 2 3 4 5; do echo >&3 || exit 1; sleep 0.4; done' silence </dev/null &`,
          ),
        ]),
        sh`wait`,
      ]),
    },
    parse: (reply) => {
      const { fields, all } = readRecords({ ...reply, code: 0 });
      const unreached = all.flatMap(([key, value]) => {
        const [name = '', port = '', ...why] = key === 'unreached' ? value.split(' ') : [];
        return name ? [{ name, port: port.replace('/', ' '), why: why.join(' ') }] : [];
      });
      return { known: fields.get('known') !== 'no', unreached };
    },
  }),

  plan: (_, found) => {
    const { known, unreached } = found as Found;
    return {
      outcome: 'nothing',
      changes: [],
      result: result({ changed: false, known, unreached: unreached.map((each) => new Map(Object.entries(each))) }),
    };
  },
});
