import { readCertificate } from '../../pki/certificate.ts';
import { makeAuthority } from '../../pki/issue.ts';
import { keysMatch } from '../../pki/key.ts';
import { sh } from '../../transport/shell/quote.ts';
import { type Change, defineModule, ModuleFailure } from '../module.ts';
import { needed, number, result } from '../read.ts';
import { readRecords } from '../shell/records.ts';
import { lookAtPair, type PairOnHost, writeFiles } from './pair.ts';

interface Wanted {
  readonly path: string;
  readonly keyPath: string;
  readonly commonName: string;
  readonly days: number;
}

/**
 * A certificate authority on a host: made where there is none, never made anew where there is one. Whether there is none
 * anywhere else is for the role to ask first.
 */
export const certificate_authority = defineModule<Wanted, PairOnHost>({
  name: 'certificate_authority',
  summary: 'Make a certificate authority where there is none',
  options: {
    path: { type: 'path', required: true, description: 'Its certificate.' },
    key_path: { type: 'path', required: true, description: 'Its private key, readable by root alone.' },
    common_name: { type: 'str', required: true, description: 'Its name.' },
    days: { type: 'int', default: 3650, description: 'How long it is valid.' },
  },
  prepare: (args) => ({
    path: needed(args, 'path'),
    keyPath: needed(args, 'key_path'),
    commonName: needed(args, 'common_name'),
    days: number(args, 'days') ?? 3650,
  }),
  look: ({ path, keyPath }) => lookAtPair(path, keyPath),
  plan: ({ path, keyPath, commonName }, found) => {
    const { certificate, key } = found as PairOnHost;
    if ((certificate === undefined) !== (key === undefined)) {
      const [there, gone] = certificate === undefined ? [keyPath, path] : [path, keyPath];
      throw new ModuleFailure(
        `${there} is there and ${gone} is not: put the missing half back from a backup, or from another master`,
      );
    }
    if (certificate !== undefined && !keysMatch(key as string, readCertificate(certificate).publicKey)) {
      throw new ModuleFailure(`${keyPath} is not the key of ${path}`);
    }
    const changes: Change[] =
      certificate === undefined ? [{ what: `authority ${commonName}`, before: null, after: path }] : [];
    return {
      outcome: changes.length > 0 ? 'change' : 'nothing',
      changes,
      result: outcome(changes.length > 0, certificate),
    };
  },
  apply: ({ path, keyPath, commonName, days }) => ({
    script: { text: sh`:` },
    finish: async () => {
      const pair = await makeAuthority(commonName, { days });
      return {
        script: writeFiles([
          { path: keyPath, content: pair.key, mode: '600' },
          { path, content: pair.certificate, mode: '644' },
        ]),
        finish: (reply) => {
          readRecords(reply);
          return outcome(true, pair.certificate);
        },
      };
    },
  }),
});

const outcome = (changed: boolean, certificate: string | undefined) => {
  if (certificate === undefined) return result({ changed });
  const { fingerprint, notAfter } = readCertificate(certificate);
  return result({ changed, certificate, fingerprint, not_after: notAfter.toISOString() });
};
