import {
  type CertificateRequest,
  isSignedBy,
  readCertificate,
  reasonsToRenew,
  type Usage,
} from '../../pki/certificate.ts';
import { issue } from '../../pki/issue.ts';
import { keysMatch } from '../../pki/key.ts';
import { sh } from '../../transport/shell/quote.ts';
import { defineModule, ModuleFailure } from '../module.ts';
import { needed, number, result, text, texts } from '../read.ts';
import { readRecords } from '../shell/records.ts';
import { lookAtPair, type PairOnHost, writeFiles } from './pair.ts';

interface Wanted {
  readonly path: string;
  readonly keyPath: string;
  readonly authority: string;
  readonly authorityKey: string | undefined;
  readonly request: CertificateRequest;
  readonly days: number;
  readonly renewBeforeDays: number;
  readonly mode: string;
}

/**
 * A certificate and its key on a host, issued here by an authority whose key stays in memory. It is issued anew when it does
 * not say what is wanted, was signed by another authority, does not fit its key, or ends soon.
 */
export const certificate = defineModule<Wanted, PairOnHost>({
  name: 'certificate',
  summary: 'Issue and renew a certificate',
  options: {
    path: { type: 'path', required: true, description: 'The certificate.' },
    key_path: { type: 'path', required: true, description: 'Its private key, readable by root alone.' },
    authority: { type: 'str', required: true, description: "The authority's certificate, as PEM." },
    authority_key: {
      type: 'str',
      noLog: true,
      description: "The authority's private key, as PEM; needed only when something is issued.",
    },
    common_name: { type: 'str', required: true, description: 'The name of the subject.' },
    organizations: {
      type: 'list',
      elements: 'str',
      description: "The subject's organizations: groups, to Kubernetes.",
    },
    usages: {
      type: 'list',
      elements: 'str',
      required: true,
      choices: ['server', 'client'],
      description: 'What it is for.',
    },
    alternative_names: { type: 'list', elements: 'str', description: 'DNS names and addresses.' },
    days: { type: 'int', default: 365, description: 'How long it is valid.' },
    renew_before: { type: 'int', default: 30, description: 'Issue it anew when fewer days than this remain.' },
    mode: { type: 'str', default: '0644', description: "The certificate's mode." },
  },
  prepare: (args) => ({
    path: needed(args, 'path'),
    keyPath: needed(args, 'key_path'),
    authority: needed(args, 'authority'),
    authorityKey: text(args, 'authority_key'),
    request: {
      commonName: needed(args, 'common_name'),
      organizations: texts(args, 'organizations'),
      usages: texts(args, 'usages') as Usage[],
      alternativeNames: texts(args, 'alternative_names'),
    },
    days: number(args, 'days') ?? 365,
    renewBeforeDays: number(args, 'renew_before') ?? 30,
    mode: needed(args, 'mode'),
  }),
  look: ({ path, keyPath }) => lookAtPair(path, keyPath),
  plan: (wanted, found) => {
    const reasons = reasonsToIssue(wanted, found as PairOnHost);
    const before = found?.certificate === undefined ? null : 'present';
    const changes = reasons.map((reason) => ({
      what: `certificate ${wanted.path}`,
      before,
      after: `issued (${reason})`,
    }));
    return {
      outcome: changes.length > 0 ? 'change' : 'nothing',
      changes,
      result: outcome(changes.length > 0, reasons, changes.length > 0 ? undefined : found?.certificate),
    };
  },
  apply: (wanted, found) => ({
    script: { text: sh`:` },
    finish: async () => {
      const { authority, authorityKey, request, days, path, keyPath, mode } = wanted;
      if (authorityKey === undefined) throw new ModuleFailure(`${path} must be issued, and authority_key is not given`);
      const pair = await issue({ certificate: authority, key: authorityKey }, request, { days });
      if (!isSignedBy(pair.certificate, authority))
        throw new ModuleFailure('authority_key is not the key of authority');
      return {
        script: writeFiles([
          { path: keyPath, content: pair.key, mode: '600' },
          { path, content: pair.certificate, mode },
        ]),
        finish: (reply) => {
          readRecords(reply);
          return outcome(true, reasonsToIssue(wanted, found as PairOnHost), pair.certificate);
        },
      };
    },
  }),
});

const reasonsToIssue = (wanted: Wanted, { certificate, key }: PairOnHost): string[] => {
  if (certificate === undefined) return ['there is none'];
  if (key === undefined) return ['its key is gone'];
  try {
    if (!keysMatch(key, readCertificate(certificate).publicKey)) return ['its key is another'];
  } catch {
    return ['what is there is no certificate'];
  }
  return reasonsToRenew(certificate, wanted.request, wanted.authority, { renewBeforeDays: wanted.renewBeforeDays });
};

const outcome = (changed: boolean, reasons: readonly string[], certificate: string | undefined) => {
  const fields = result({ changed, reasons: [...reasons] });
  if (certificate !== undefined) {
    const { fingerprint, notAfter } = readCertificate(certificate);
    fields.set('fingerprint', fingerprint).set('not_after', notAfter.toISOString());
  }
  return fields;
};
