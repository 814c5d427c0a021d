import { sh } from '../../transport/shell/quote.ts';
import { defineModule } from '../module.ts';
import { number, result, texts } from '../read.ts';
import { fail, put, readRecords } from '../shell/records.ts';

interface Wanted {
  readonly kubectl: readonly string[];
  readonly names: readonly string[];
  readonly seconds: number;
}

/** True where a node is ready; a node that is not there is an error. */
const readyColumn = 'custom-columns=READY:.status.conditions[?(@.type=="Ready")].status';

/**
 * Waits until nodes have joined the cluster and are Ready. It reads only, so a cluster that is up costs no message of its own;
 * in check mode it waits for nothing.
 */
export const nodes_ready = defineModule<Wanted, null>({
  name: 'nodes_ready',
  summary: 'Wait until nodes have joined a cluster and are ready',
  observes: 'world',
  options: {
    kubectl: { type: 'list', elements: 'str', default: ['kubectl'], description: 'The command that reaches the API.' },
    names: { type: 'list', elements: 'str', required: true, description: 'The nodes.' },
    timeout: { type: 'int', default: 300, description: 'Seconds to wait.' },
  },
  prepare: (args) => ({
    kubectl: texts(args, 'kubectl'),
    names: texts(args, 'names'),
    seconds: number(args, 'timeout') ?? 300,
  }),
  look: ({ kubectl, names, seconds }, { checkMode }) => ({
    script: {
      functions: [put, fail],
      text: checkMode
        ? sh`:`
        : // Asked at once first, which is much cheaper than to wait. A node that has not joined yet ends kubectl's wait at once.
          sh`if kb_said=$(${kubectl} get node ${names} --no-headers -o ${readyColumn} </dev/null 2>&1); then
  for kb_x in $kb_said; do [ "$kb_x" = True ] || kb_waits=1; done
  [ "$kb_said" ] && [ -z "$kb_waits" ] && exit 0
fi
kb_end=$(($(date +%s) + ${seconds}))
until kb_said=$(${kubectl} wait --for=condition=Ready --timeout=10s ${names.map((name) => `node/${name}`)} </dev/null 2>&1); do
  [ "$(date +%s)" -lt "$kb_end" ] || kb_fail "not all nodes were ready after ${seconds} s: $kb_said
$(${kubectl} get nodes </dev/null 2>&1)"
  sleep 0.5
done`,
    },
    parse: (reply) => {
      readRecords(reply);
      return null;
    },
  }),
  plan: () => ({ outcome: 'nothing', changes: [], result: result({ changed: false }) }),
});
