import { describe, expect, it } from 'vitest';
import { useLab } from '../lab-hosts.ts';

describe('light hosts', () => {
  const lab = useLab({ hosts: 2 });

  it('are up with no failed unit, and see their own interfaces only', async () => {
    for (const host of lab.hosts) {
      expect(await host.must('systemctl is-system-running --wait')).toBe('running\n');
      expect(await host.must('ls /sys/class/net')).toBe('eth0\nlo\n');
    }
  });
});
