import { sh } from '../../transport/shell/quote.ts';
import { defineModule } from '../module.ts';
import { number, result, texts } from '../read.ts';
import { fail, put, readRecords } from '../shell/records.ts';
import { type ApiServer, apiServerOptions, askServer, readApiServer } from './objects/api-server.ts';

interface Wanted {
  readonly kubectl: readonly string[];
  readonly server: ApiServer | undefined;
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
    ...apiServerOptions,
    names: { type: 'list', elements: 'str', required: true, description: 'The nodes.' },
    timeout: { type: 'int', default: 300, description: 'Seconds to wait.' },
  },
  prepare: (args) => ({
    kubectl: texts(args, 'kubectl'),
    server: readApiServer(args),
    names: texts(args, 'names'),
    seconds: number(args, 'timeout') ?? 300,
  }),
  look: ({ kubectl, server, names, seconds }, { checkMode }) => ({
    script: {
      functions: [put, fail],
      text: checkMode
        ? sh`:`
        : // Asked at once first, which is much cheaper than to wait. A node that has not joined yet ends kubectl's wait at once.
          sh`${server ? areReady(server, names) : sh`:`}
if kb_said=$(${kubectl} get node ${names} --no-headers -o ${readyColumn} </dev/null 2>&1); then
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

/**
 * Ends the look where curl is told that all are ready, which costs a host a tenth of what kubectl does. The server's table
 * (Kubernetes API concepts, "Receiving resources as Tables") has the status in its second column.
 */
const areReady = (server: ApiServer, names: readonly string[]) => {
  const accept = 'application/json;as=Table;v=v1;g=meta.k8s.io';
  const request = askServer(server, [{ path: '/api/v1/nodes?includeObject=None', accept }]);
  return sh`if command -v curl >/dev/null 2>&1 && kb_said=$(${request} 2>/dev/null); then
  kb_waits=
  for kb_x in ${names}; do case $kb_said in *'"cells":["'"$kb_x"'","Ready'*) ;; *) kb_waits=1 ;; esac; done
  [ "$kb_waits" ] || exit 0
  kb_waits=
fi`;
};
