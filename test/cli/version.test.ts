import { expect, it } from 'vitest';
import { versionText } from '../../src/cli/version.ts';

it('tells what it runs on, and which Kubernetes it knows', () => {
  const { node, openssl } = process.versions;
  const [own, runs, system, kubernetes] = versionText().split('\n');
  expect(own).toMatch(/^k8s-bm \d+\.\d+\.\d+$/);
  expect(runs).toMatch(
    new RegExp(`^Node\\.js v${node}, OpenSSL ${openssl.replaceAll('+', '\\+')}, ssh2 \\d+\\.\\d+\\.\\d+$`),
  );
  expect(system).toMatch(/^\w+ \S+ on (x64|arm64)$/);
  expect(kubernetes).toMatch(/^Kubernetes 1\.35 \(1\.35\.\d+\), 1\.36 \(1\.36\.\d+\), 1\.37 \(no test ran it\)$/);
});
