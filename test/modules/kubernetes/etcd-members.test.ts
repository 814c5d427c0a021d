import { describe, expect, it } from 'vitest';
import { readMembers } from '../../../src/modules/kubernetes/etcd-members.ts';

describe('the list of members that etcdctl prints', () => {
  it('tells members from learners, and those that have not started yet', () => {
    const list = [
      '8e9e05c52164694d, started, n1, https://192.0.2.11:2380, https://127.0.0.1:2379,https://192.0.2.11:2379, false',
      '91bc3c398fb3c146, unstarted, , https://192.0.2.12:2380, , true',
    ].join('\n');
    expect(readMembers(list)).toEqual([
      { id: '8e9e05c52164694d', started: true, name: 'n1', peerUrls: ['https://192.0.2.11:2380'], learner: false },
      { id: '91bc3c398fb3c146', started: false, name: '', peerUrls: ['https://192.0.2.12:2380'], learner: true },
    ]);
  });

  it('reads nothing else for a member', () => {
    expect(readMembers('{"level":"warn","msg":"retrying of unary invoker failed"}\n')).toEqual([]);
  });
});
