import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { withoutSecrets } from '../../src/registry/locate.ts';
import { readRequirements } from '../../src/registry/requirements.ts';
import { UserError } from '../../src/util/diagnostic.ts';
import { temporary } from './shelf.ts';

const folder = temporary();
const read = (text: string) => {
  const file = join(folder, 'requirements.yml');
  writeFileSync(file, text);
  return readRequirements(file);
};
const brief = (text: string) =>
  read(text).map(({ kind, name, source, src, version, subfolder, credentials }) => {
    const more = [subfolder && `#${subfolder}`, credentials && 'with credentials'].filter(Boolean).join(' ');
    return `${kind} ${name}: ${source} ${src.replace(folder, 'HERE')} ${version ?? 'any'} ${more}`.trim();
  });
const wrong = (text: string): string => {
  try {
    read(text);
  } catch (error) {
    if (error instanceof UserError)
      return error.diagnostics
        .map(({ message, position }) => `${position?.line}:${position?.column} ${message}`)
        .join('\n');
  }
  throw new Error('nothing is wrong with it');
};

describe('requirements.yml', () => {
  it.each([
    ['- geerlingguy.docker', 'role geerlingguy.docker: galaxy geerlingguy.docker any'],
    ['- "geerlingguy.java,1.9.6,java"', 'role java: galaxy geerlingguy.java 1.9.6'],
    ['- "acme.web,>=1.0,<2"', 'role acme.web: galaxy acme.web >=1.0,<2'],
    ['- {src: acme.web, version: 1.10}', 'role acme.web: galaxy acme.web 1.10'],
    ['- {src: acme.web, version: ^1.2, name: web}', 'role web: galaxy acme.web ^1.2'],
    ['- {role: acme.web}', 'role acme.web: galaxy acme.web any'],
    ['- src: https://github.com/acme/ansible-web', 'role ansible-web: git https://github.com/acme/ansible-web any'],
    [
      '- {src: "git@gitlab.com:acme/web.git", scm: git, version: main}',
      'role web: git git@gitlab.com:acme/web.git main',
    ],
    ['- git+ssh://git@host/acme/web.git', 'role web: git ssh://git@host/acme/web.git any'],
    ['- git+https://host/mono.git#/roles/web,v1.0', 'role web: git https://host/mono.git v1.0 #roles/web'],
    ['- src: git+https://me:secret@host/web.git', 'role web: git https://host/web.git any with credentials'],
    ['- {src: "https://host/files/web.tar.gz", name: site}', 'role site: archive https://host/files/web.tar.gz any'],
    ['- src: ./roles/web', 'role web: folder HERE/roles/web any'],
    ['- src: web-1.0.tar.gz\n  scm: file', 'role web-1.0: archive HERE/web-1.0.tar.gz any'],
    ['- oci://registry.example:5000/k8s/etcd@^2', 'role etcd: oci oci://registry.example:5000/k8s/etcd ^2'],
    ['- oci://registry.example/k8s/etcd:1.4.0', 'role etcd: oci oci://registry.example/k8s/etcd 1.4.0'],
    ['collections: [community.general]', 'collection community.general: galaxy community.general any'],
    [
      'collections:\n  - {name: acme.tools, version: ">=1.0.0,<2.0.0", source: "https://hub.example"}',
      'collection acme.tools: galaxy acme.tools >=1.0.0,<2.0.0',
    ],
    [
      'collections:\n  - {name: "https://github.com/acme/tools.git", type: git, version: devel}',
      'collection https://github.com/acme/tools.git: git https://github.com/acme/tools.git devel',
    ],
    [
      'collections:\n  - {name: acme.tools, source: "git@host:acme/tools.git", type: git}',
      'collection acme.tools: git git@host:acme/tools.git any',
    ],
    ['roles:\ncollections: []', undefined],
  ])('reads %s', (text, expected) => {
    expect(brief(text)).toEqual(expected === undefined ? [] : [expected]);
  });

  it('takes in other files, and anchors', () => {
    writeFileSync(join(folder, 'more.yml'), '- acme.b\n');
    expect(brief('- &a {src: acme.a}\n- include: more.yml\n')).toHaveLength(2);
    expect(wrong('- include: requirements.yml\n')).toContain('includes itself');
  });

  it.each([
    ['- -oProxyCommand=x', '1:3'],
    ['- src: git+ext::sh -c x', 'ext::'],
    ['- {src: "ext::sh -c touch% x", scm: git}', 'ext::'],
    ['- git+-u./payload', '1:3'],
    ['- git+https://host/mono.git#../../etc', 'leads out'],
    ['- {src: acme.a, name: ../../etc}', "can't be the name"],
    ['- docker', 'neither a name on Galaxy'],
    ['- {src: acme.a, scm: hg}', 'Mercurial'],
    ['- {src: acme.a, verzion: 1}', "no 'verzion'"],
    ['role: []', "no 'role' here"],
    ['collections: [{version: 1}]', 'needs a name'],
    ['- acme.a\n- {src: 1 2}\n- {src: "oci://x"}', '2:3'],
  ])('refuses %s, with its place', (text, part) => {
    expect(wrong(text)).toContain(part);
  });

  it('tells all that is wrong at once', () => {
    expect(wrong('- docker\n- nginx\n').split('\n')).toHaveLength(2);
  });

  it('never shows the secrets of an address', () => {
    expect(withoutSecrets('https://me:CANARY@host/x')).toBe('https://host/x');
    expect(withoutSecrets('git+ssh://git:CANARY@host/x')).toBe('git+ssh://git@host/x');
    expect(withoutSecrets('https://host/x.tgz?a=1&private_token=CANARY#y')).not.toContain('CANARY');
    expect(wrong('- {src: "oci://me:CANARY@x", name: a}')).not.toContain('CANARY');
  });
});
