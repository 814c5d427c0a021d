import { describe, expect, it } from 'vitest';
import { formatReference, mirrored, parseReference } from '../../src/oci/reference.ts';

const digest = `sha256:${'a'.repeat(64)}`;

describe('the name of an image', () => {
  it.each([
    ['registry.k8s.io/pause:3.10.1', 'registry.k8s.io/pause:3.10.1'],
    ['nginx', 'docker.io/library/nginx:latest'],
    ['team/app:v1', 'docker.io/team/app:v1'],
    ['docker.io/nginx', 'docker.io/library/nginx:latest'],
    ['localhost/app', 'localhost/app:latest'],
    ['registry.lab:5000/a/b-c/d__e', 'registry.lab:5000/a/b-c/d__e:latest'],
    ['[fd00::1]:5000/app:1', '[fd00::1]:5000/app:1'],
    [`quay.io/coreos/etcd@${digest}`, `quay.io/coreos/etcd@${digest}`],
    [`quay.io/coreos/etcd:v3@${digest}`, `quay.io/coreos/etcd:v3@${digest}`],
  ])('%s is read as %s', (text, whole) => {
    expect(formatReference(parseReference(text))).toBe(whole);
  });

  it.each([
    '',
    'Upper/case',
    'a..b',
    'app:',
    'app:a b',
    'x.y/../etc',
    'x.y/a//b',
    `app@sha256:${'a'.repeat(63)}`,
    'ho_st.x:99/app',
    '-x.y/app',
  ])('%j is refused', (text) => {
    expect(() => parseReference(text)).toThrow(/is not the name of an image/);
  });

  it('lies whole under a mirror', () => {
    const inMirror = (text: string, mirror: string) => formatReference(mirrored(parseReference(text), mirror));
    expect(inMirror('registry.k8s.io/coredns/coredns:v1', 'mirror:5000')).toBe(
      'mirror:5000/registry.k8s.io/coredns/coredns:v1',
    );
    expect(inMirror('nginx:1.26', 'mirror.example.org/cache/')).toBe(
      'mirror.example.org/cache/docker.io/library/nginx:1.26',
    );
    expect(inMirror('a.b:5000/x', 'mirror:5000')).toBe('mirror:5000/a.b-5000/x:latest');
  });
});
