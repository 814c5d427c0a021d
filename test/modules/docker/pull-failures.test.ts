import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { pullFailure } from '../../../src/modules/docker/pull-failures.ts';
import { runModule } from '../harness.ts';

const folder = mkdtempSync(join(tmpdir(), 'kb-pulls-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** The first six as Docker 28.5 said them on a lab host; the last three by the words that registries and Docker are known to use. */
const daemon = {
  'r.example/pause:9.9': 'manifest for r.example/pause:9.9 not found: manifest unknown: manifest unknown',
  [`r.example/pause@sha256:${'0'.repeat(64)}`]: `manifest for r.example/pause@sha256:${'0'.repeat(64)} not found: manifest unknown: manifest unknown`,
  '192.0.2.9:5000/a:1': 'Get "https://192.0.2.9:5000/v2/": dial tcp 192.0.2.9:5000: connect: no route to host',
  '192.0.2.1:5999/a:1': 'Get "https://192.0.2.1:5999/v2/": dial tcp 192.0.2.1:5999: connect: connection refused',
  'nowhere.example/a:1':
    'Get "https://nowhere.example/v2/": dial tcp: lookup nowhere.example on 192.0.2.1:53: no such host',
  '192.0.2.1:5000/a:1':
    'Get "https://192.0.2.1:5000/v2/": tls: failed to verify certificate: x509: certificate signed by unknown authority',
  'r.example/closed:1': 'Get "https://r.example/v2/closed/manifests/1": no basic auth credentials',
  'r.example/damaged:1': `filesystem layer verification failed for digest sha256:${'1'.repeat(64)}`,
  'r.example/big:1': 'failed to register layer: write /usr/local/bin/kube-apiserver: no space left on device',
};

const docker = `#!/bin/sh
case "$1 $2" in
  'image inspect') exit 1 ;;
esac
case $2 in
${Object.entries(daemon)
  .map(([name, said]) => `  '${name}') echo 'Error response from daemon: ${said}' >&2; exit 1 ;;`)
  .join('\n')}
esac
`;

const pull = async (names: readonly string[]): Promise<string> => {
  writeFileSync(join(folder, 'docker'), docker);
  chmodSync(join(folder, 'docker'), 0o755);
  const { result, failed } = await runModule(
    'docker_images',
    { names },
    { environment: { PATH: `${folder}:${process.env.PATH}` } },
  );
  expect(failed).toBe(true);
  return `${String(result.get('msg'))}\n`;
};

it('says what to do about every way in which a pull fails', async () => {
  const told: string[] = [];
  for (const name of Object.keys(daemon)) told.push(await pull([name]));
  await expect(told.join('\n')).toMatchFileSnapshot('pull-failures.txt');
});

it('tells all images of a host at once, and each advice once', async () => {
  const text = await pull(['192.0.2.9:5000/a:1', '192.0.2.1:5999/a:1', 'r.example/big:1']);
  expect(text.split('\n')).toEqual([
    'these images could not be pulled:',
    `  192.0.2.1:5999/a:1: ${daemon['192.0.2.1:5999/a:1']}`,
    `  192.0.2.9:5000/a:1: ${daemon['192.0.2.9:5000/a:1']}`,
    `  r.example/big:1: ${daemon['r.example/big:1']}`,
    expect.stringMatching(/^Make the registry reachable/),
    expect.stringMatching(/^The disk of Docker's folder is full/),
    '',
  ]);
});

it('tells them in the same order whichever pull ended first', () => {
  const images = Object.entries(daemon).map(([name, said]) => ({ name, said }));
  expect(pullFailure([...images].reverse())).toBe(pullFailure(images));
});
