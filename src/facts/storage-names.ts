import { sh } from '../transport/shell/quote.ts';
import type { FactFamily } from './family.ts';

/** The names that this host has in storage networks: iSCSI, NVMe, Fibre Channel. */
export const storageNames: FactFamily = {
  name: 'iscsi',
  groups: ['nvme', 'fibre_channel_wwn'],
  shell: sh`kb_file iscsi /etc/iscsi/initiatorname.iscsi
kb_line nvme /etc/nvme/hostnqn
kb_part ports; for kb_f in /sys/class/fc_host/*/port_name; do [ -r "$kb_f" ] && read -r kb_l <"$kb_f" && echo "$kb_l"; done`,
  parse: (parts) => [
    ['iscsi_iqn', /^InitiatorName=(.*)$/m.exec(parts.text('iscsi'))?.[1]?.trim() ?? ''],
    ['hostnqn', parts.text('nvme')],
    ['fibre_channel_wwn', parts.lines('ports').map((name) => name.replace(/^0x/, ''))],
  ],
};
