import { type KeyKind, makeKey, publicKeyOf } from '../../pki/key.ts';
import { type Change, defineModule } from '../module.ts';
import { planned } from '../planned.ts';
import { needed, result } from '../read.ts';
import { readRecords } from '../shell/records.ts';
import { lookAtPair, type PairOnHost, writeFiles } from './pair.ts';

interface Wanted {
  readonly path: string;
  readonly publicPath: string;
  readonly kind: KeyKind;
}

/** A private key and its public half on a host: made where there is none, the public half put back where it is gone or another. */
export const private_key = defineModule<Wanted, PairOnHost>({
  name: 'private_key',
  summary: 'Make a private key where there is none',
  options: {
    path: { type: 'path', required: true, description: 'The private key, readable by root alone.' },
    public_path: { type: 'path', required: true, description: 'Its public half.' },
    kind: { type: 'str', default: 'rsa-2048', choices: ['rsa-2048', 'ecdsa-p256'], description: 'What kind of key.' },
  },
  prepare: (args) => ({
    path: needed(args, 'path'),
    publicPath: needed(args, 'public_path'),
    kind: needed(args, 'kind') as KeyKind,
  }),
  look: ({ path, publicPath }) => lookAtPair(publicPath, path),
  plan: ({ path, publicPath }, found) => {
    const { certificate: publicHalf, key } = found as PairOnHost;
    const changes: Change[] = [
      ...(key === undefined ? [{ what: `key ${path}`, before: null, after: 'made' }] : []),
      ...(key !== undefined && publicHalf !== publicKeyOf(key)
        ? [
            {
              what: `key ${publicPath}`,
              before: publicHalf === undefined ? null : 'of another key',
              after: `of ${path}`,
            },
          ]
        : []),
    ];
    return planned(changes);
  },
  apply: ({ path, publicPath, kind }, found) => {
    const key = found?.key ?? makeKey(kind);
    return {
      script: writeFiles([
        { path, content: key, mode: '600' },
        { path: publicPath, content: publicKeyOf(key), mode: '644' },
      ]),
      finish: (reply) => {
        readRecords(reply);
        return result({ changed: true });
      },
    };
  },
});
