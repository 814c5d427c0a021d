import { loadYaml } from '../../../language/yaml.ts';
import type { Value } from '../../../template/values.ts';
import { decode } from '../../../util/bytes.ts';
import { fromPlain, plain } from '../../coerce.ts';
import { type Arguments, type ModuleContext, ModuleFailure } from '../../module.ts';
import { text, texts } from '../../read.ts';

/** An object as its manifest has it. */
export interface KubernetesObject {
  readonly apiVersion?: string;
  readonly kind: string;
  readonly metadata?: { readonly name?: string; readonly namespace?: string };
}

/** The objects that `src`, `definition` or `kind` ask for. Throws ModuleFailure for what is none. */
export const wantedObjects = (args: Arguments, context: ModuleContext): KubernetesObject[] => {
  const given = args.has('src') ? texts(args, 'src').flatMap((file) => objectsIn(file, context)) : undefined;
  const value = plain(given ?? args.get('definition') ?? singleObject(args));
  const objects = (Array.isArray(value) ? value.flat() : [value]).filter(
    (object) => object !== null,
  ) as KubernetesObject[];
  const wrong = objects.find((object) => typeof object !== 'object' || typeof object.kind !== 'string');
  if (wrong !== undefined)
    throw new ModuleFailure(
      `an object of Kubernetes has a kind, and this has none: ${JSON.stringify(wrong).slice(0, 80)}`,
    );
  return objects;
};

const objectsIn = (file: string, context: ModuleContext): Value[] => {
  const path = context.findFile('files', file);
  return [...loadYaml(decode(context.readFile(path)), path).documents] as Value[];
};

const singleObject = (args: Arguments): Value => {
  const namespace = text(args, 'namespace');
  return fromPlain({
    apiVersion: text(args, 'api_version'),
    kind: text(args, 'kind'),
    metadata: { name: text(args, 'name'), ...(namespace === undefined ? {} : { namespace }) },
  });
};
