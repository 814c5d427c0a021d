import { expect, it } from 'vitest';
import { imageRegistry, registryName } from '../../../src/lab/registry/image-registry.ts';
import { type TestHost, useLab } from '../../lab-hosts.ts';
import { expectIdempotent, runModule, type Setting } from '../harness.ts';
import { runOn } from './run-on.ts';

/** Needs the images of `k8s-bm lab images`. */
const lab = useLab({ hosts: 1, docker: '28', services: [imageRegistry] });
const names = [`${registryName}/registry.k8s.io/pause:3.10.1`, `${registryName}/docker.io/library/nginx:1.26`];

it('say that the disk is full while an image is written, and are pulled once there is room', {
  timeout: 120_000,
}, async () => {
  const host = lab.hosts[0] as TestHost;
  const on: Setting = { run: (text, stdin) => runOn(host, text, stdin) };
  await host.must(
    'systemctl stop docker.socket docker; mount -t tmpfs -o size=24m tmpfs /var/lib/docker; systemctl start docker',
  );
  const { result, failed } = await runModule('docker_images', { names }, on);
  expect(failed).toBe(true);
  expect(result.get('msg')).toMatch(
    /^this image could not be pulled:\n {2}registry\.lab:5000\/docker\.io\/library\/nginx:1\.26: .*no space left on device\nThe disk of Docker's folder is full: make room/,
  );
  await host.must(
    'systemctl stop docker.socket docker; umount /var/lib/docker; systemctl reset-failed docker; systemctl start docker',
  );
  await expectIdempotent('docker_images', { names }, on);
});
