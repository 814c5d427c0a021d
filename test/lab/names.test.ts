import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { inventoryOf, isLabInventory } from '../../src/lab/inventory.ts';
import { type LabRecord, labPlace, linkOf } from '../../src/lab/state.ts';

const home = { state: '/state', cache: '/cache' };

describe('the names of a lab', () => {
  it('fit into a link’s fifteen characters, whatever the lab and the host', () => {
    expect(linkOf(labPlace(home, 'abcdefgh'), 200).length).toBeLessThanOrEqual(15);
  });

  it.each(['', 'A', '1a', 'a-b', 'a/b', '..', 'abcdefghi', "a'b"])('refuse %j', (name) => {
    expect(() => labPlace(home, name)).toThrow(`'${name}' cannot be a lab's name`);
  });

  it('of one lab never begin with another’s', () => {
    const [one, other] = [labPlace(home, 'a'), labPlace(home, 'ab')];
    expect(linkOf(other, 1).startsWith(`${one.tag}-`)).toBe(false);
    expect(other.host('n1').netns.startsWith(`${one.tag}-`)).toBe(false);
  });
});

describe('the inventory of a lab', () => {
  const host = (index: number) => ({
    name: `n${index}`,
    index,
    address: `10.99.0.${10 + index}`,
    kind: 'container' as const,
    docker: '28' as const,
  });
  const lab = (hosts: number): LabRecord => ({
    version: 1,
    name: 'lab',
    network: { bridge: 'kb-lab', range: '10.99.0.0/24', gateway: '10.99.0.1' },
    docker: '28',
    shell: 'dash',
    python: false,
    layers: [],
    hosts: Array.from({ length: hosts }, (_, at) => host(at + 1)),
    variables: { image_registry: 'registry.lab:5000' },
    createdAt: '2026-01-01T00:00:00Z',
  });
  const read = (hosts: number) => parse(inventoryOf(labPlace(home, 'lab'), lab(hosts))).all;

  it('has every host, the lab’s key and known_hosts, and what services add', () => {
    const all = read(3);
    expect(all.hosts).toEqual({
      n1: { ansible_host: '10.99.0.11' },
      n2: { ansible_host: '10.99.0.12' },
      n3: { ansible_host: '10.99.0.13' },
    });
    expect(all.vars).toMatchObject({
      ansible_user: 'root',
      ansible_ssh_private_key_file: '/state/lab/key',
      image_registry: 'registry.lab:5000',
    });
    expect(all.vars.ansible_ssh_common_args).toContain('-o UserKnownHostsFile=/state/lab/known_hosts');
    expect(all.vars.ansible_ssh_common_args).toContain('-o StrictHostKeyChecking=yes');
  });

  it('makes the first host the master and the others workers; a lone host is both', () => {
    expect(read(3).children).toEqual({ masters: { hosts: { n1: null } }, workers: { hosts: { n2: null, n3: null } } });
    expect(read(1).children).toEqual({ masters: { hosts: { n1: null } }, workers: { hosts: { n1: null } } });
  });

  it('is told from a file of somebody’s own', () => {
    expect(isLabInventory(inventoryOf(labPlace(home, 'lab'), lab(1)))).toBe(true);
    expect(isLabInventory('all:\n  hosts:\n')).toBe(false);
    expect(isLabInventory('')).toBe(false);
  });
});
