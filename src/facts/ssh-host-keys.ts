import { sh } from '../transport/shell/quote.ts';
import type { Fact, FactFamily } from './family.ts';

export const sshHostKeys: FactFamily = {
  name: 'ssh_pub_keys',
  minimal: true,
  shell: sh`for kb_a in dsa rsa ecdsa ed25519; do
  for kb_b in /etc/ssh /etc/openssh /etc; do
    if [ -r $kb_b/ssh_host_"$kb_a"_key.pub ]; then kb_line $kb_a $kb_b/ssh_host_"$kb_a"_key.pub; break; fi
  done
done`,
  parse: (parts) =>
    parts.under('').flatMap(([algorithm, line]): Fact[] => {
      const [type = '', key = ''] = line.split(' ');
      return [
        [`ssh_host_key_${algorithm}_public`, key],
        [`ssh_host_key_${algorithm}_public_keytype`, type],
      ];
    }),
};
