import { joinShell, sh } from '../../transport/shell/quote.ts';
import { defineModule, ModuleFailure } from '../module.ts';
import { planned } from '../planned.ts';
import { result, texts } from '../read.ts';
import { fail, parseRecords, put, readRecords } from '../shell/records.ts';
import { askEngine, engine, imagePaths, readInspected } from './engine-api.ts';
import { pullFailure } from './pull-failures.ts';

interface Found {
  readonly hasDocker: boolean;
  readonly missing: readonly string[];
}

/** Several images on a host at once: one look for all, and those that are missing are pulled side by side. */
export const docker_images = defineModule<readonly string[], Found>({
  name: 'docker_images',
  summary: 'Pull several Docker images at once',
  options: {
    names: { type: 'list', elements: 'str', required: true, description: 'The images, with their tags or digests.' },
  },

  prepare: (args) => [...new Set(texts(args, 'names'))],

  look: (names) => ({
    script: {
      functions: [put, engine],
      batches: [askEngine(...imagePaths(names))],
      // inspect prints what it finds, and complains of the others: those are asked for one by one, to tell which they are.
      text: sh`command -v docker >/dev/null 2>&1 || { kb_put docker absent; exit 0; }
if kb_out=$(kb_engine ${imagePaths(names)}); then printf 'content=%s' "$kb_out"; exit 0; fi
docker image inspect --format x ${names} >/dev/null 2>&1 && exit 0
for kb_x in ${names}; do docker image inspect --format x "$kb_x" >/dev/null 2>&1 || kb_put missing "$kb_x"; done`,
    },
    parse: (reply) => {
      const { fields, all, content } = readRecords(reply);
      const hasDocker = fields.get('docker') !== 'absent';
      if (content) {
        const found = readInspected(content);
        return { hasDocker, missing: names.filter((_, i) => found[i] === undefined) };
      }
      return { hasDocker, missing: hasDocker ? all.flatMap(([key, name]) => (key === 'missing' ? [name] : [])) : [] };
    },
  }),

  plan: (names, found, { checkMode }) => {
    const { hasDocker, missing } = found as Found;
    if (!hasDocker && !checkMode) throw new ModuleFailure('Docker is not installed on this host');
    const wanted = hasDocker ? missing : names;
    return planned(
      wanted.map((name) => ({ what: `image ${name}`, before: null, after: 'pulled' })),
      { pulled: [...wanted] },
    );
  },

  apply: (_, found) => {
    const missing = found?.missing ?? [];
    return {
      script: {
        functions: [put, fail],
        text: joinShell([
          sh`kb_folder=/dev/shm/k8s-bm.pull.$$; mkdir -m 700 -- "$kb_folder" || exit 1; kb_pulls=`,
          ...missing.map(
            (name, i) =>
              sh`{ docker pull ${name} >"$kb_folder/"${i} 2>"$kb_folder/said."${i} && : >"$kb_folder/done."${i} || kb_put failed ${name}": $(tail -n 3 "$kb_folder/said."${i})"; } & kb_pulls="$kb_pulls $!"`,
          ),
          // It says how far all are, once a second; what it sleeps by holds nothing open when it is ended.
          sh`while sleep 1 </dev/null >/dev/null 2>&1; do
  kb_put far "$(ls "$kb_folder" | grep -c done) $(cat "$kb_folder"/[0-9]* | grep -cE ': (Pull complete|Already exists)') $(cat "$kb_folder"/[0-9]* | grep -cE ': (Pulling fs layer|Already exists)')"
done & kb_teller=$!`,
          sh`wait $kb_pulls; kill $kb_teller 2>/dev/null; rm -rf -- "$kb_folder"`,
        ]),
      },
      progress: (stdout) => {
        const [images, done, layers] = parseRecords(stdout).fields.get('far')?.split(' ').map(Number) ?? [];
        if (!layers) return undefined;
        return `${images} of ${missing.length} images, ${done} of ${layers} layers`;
      },
      finish: (reply) => {
        const failed = readRecords(reply).all.flatMap(([key, text]) => {
          const end = text.indexOf(': ');
          return key === 'failed' ? [{ name: text.slice(0, end), said: text.slice(end + 2) }] : [];
        });
        if (failed.length > 0) throw new ModuleFailure(pullFailure(failed));
        return result({ changed: true, pulled: [...missing] });
      },
    };
  },
});
