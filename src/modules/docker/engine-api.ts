import type { Batch, ShellFunction } from '../../transport/transport.ts';
import { decode } from '../../util/bytes.ts';
import { ModuleFailure } from '../module.ts';
import { told } from '../shell/told.ts';

/** Docker's own ways to say which engine is meant (DOCKER_HOST, DOCKER_CONTEXT, a context in config.json) are left to `docker`. */
const curl: ShellFunction = {
  name: 'kb_engine_curl',
  text: `kb_engine_reached() {
  [ -z "$DOCKER_HOST$DOCKER_CONTEXT" ] && [ -S /var/run/docker.sock ] && command -v curl >/dev/null 2>&1 || return 1
  kb_config=\${DOCKER_CONFIG:-$HOME/.docker}/config.json
  [ ! -e "$kb_config" ] || ! grep -q currentContext "$kb_config" || return 1
}
kb_engine_curl() { curl -gsS --fail-early --max-time 120 --unix-socket /var/run/docker.sock "$@" 2>/dev/null; }`,
};

/**
 * `kb_engine PATH…` asks Docker's Engine API over its socket and prints the answers, one JSON document a line, in the order of
 * the paths; false where the socket can't be asked, and the `docker` command must be. One `curl` costs a host a quarter
 * of what one `docker` costs, and a look at a node asks dozens of times: see `askEngine`. Paths are quoted for URLs by `enginePath`.
 */
export const engine: ShellFunction = {
  name: 'kb_engine',
  needs: [curl, told],
  text: `kb_engine() {
  kb_engine_reached || return
  kb_answers=
  for kb_path do
    kb_told "$kb_path" "$kb_engine_said" || { kb_answers=; break; }
    kb_answers="$kb_answers $kb_told"
  done
  if [ "$kb_answers" ]; then cat $kb_answers; return; fi
  for kb_path do
    shift
    set -- "$@" "http://docker$kb_path"
  done
  kb_engine_curl "$@"
}`,
};

/** The questions of several looks are asked by one `curl`, and each only once. */
const engineTogether: ShellFunction = {
  name: 'kb_engine_together',
  needs: [curl],
  text: `kb_engine_together() {
  kb_engine_said=
  [ $# -gt 0 ] && kb_engine_reached || return 0
  kb_x=$1 kb_i=0 kb_answers=
  shift
  for kb_path do
    kb_i=$((kb_i + 1))
    shift
    set -- "$@" -o "$kb_x$kb_i" "http://docker$kb_path"
    kb_answers="$kb_answers$kb_path//$kb_x$kb_i
"
  done
  kb_engine_curl "$@" && kb_engine_said=$kb_answers
}`,
};

/** For a look that calls `kb_engine` with these paths. */
export const askEngine = (...words: readonly string[]): Batch => ({ fn: engineTogether, words });

/** A path below the API with each part quoted: `enginePath\`/containers/${name}/json\``. Slashes of an image's name stay. */
export const enginePath = (texts: TemplateStringsArray, ...parts: readonly string[]): string =>
  texts.reduce(
    (path, text, i) =>
      path +
      encodeURIComponent(parts[i - 1] ?? '')
        .replaceAll('%2F', '/')
        .replaceAll('%3A', ':') +
      text,
  );

/** Where each of these images is told of. */
export const imagePaths = (names: readonly string[]): string[] => names.map((name) => enginePath`/images/${name}/json`);

/**
 * What `kb_engine` printed or, where it could not, `docker inspect`: the objects that there are, undefined for each that there
 * is not where the API was asked. Throws ModuleFailure with whatever else Docker complains of.
 */
export const readInspected = (content: Uint8Array | undefined): readonly unknown[] => {
  const output = decode(content ?? new Uint8Array());
  return output.startsWith('{') ? readAnswers(output) : readArray(output);
};

/** The API's answers; undefined for what there is not. */
const readAnswers = (output: string): readonly unknown[] =>
  output
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const answer = JSON.parse(line) as { readonly message?: string };
      if (answer.message === undefined || Object.keys(answer).length > 1) return answer;
      if (!/no such |not found/i.test(answer.message)) throw new ModuleFailure(answer.message);
      return undefined;
    });

/** `docker inspect` prints an array, and behind it a line for each that there is not. Any other line is its error. */
const readArray = (output: string): readonly unknown[] => {
  const end = output.startsWith('[]') ? 2 : output.lastIndexOf('\n]') + 2;
  const complaints = output
    .slice(end < 2 ? 0 : end)
    .split('\n')
    .filter((line) => line.trim() !== '' && !/no such |not found/i.test(line));
  if (complaints.length > 0) throw new ModuleFailure(complaints.join('\n'));
  return end < 2 ? [] : (JSON.parse(output.slice(0, end)) as unknown[]);
};

/** What a list of containers says of each: what the API gives for `/containers/json`, and `listed` makes `docker ps` say. */
export interface ListedContainer {
  readonly Names: readonly string[];
  readonly Labels: Readonly<Record<string, string>>;
}

/** The format that makes `docker ps` answer as the API does, as far as these labels go. */
export const listed = (...labels: readonly string[]): string =>
  `{"Names":["/{{.Names}}"],"Labels":{${labels.map((label) => `"${label}":"{{.Label "${label}"}}"`).join(',')}}}`;

/** Of the API's one array, or of lines that `listed` made. */
export const readListed = (output: string): readonly ListedContainer[] =>
  output.startsWith('[')
    ? (JSON.parse(output) as ListedContainer[])
    : output
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as ListedContainer);
