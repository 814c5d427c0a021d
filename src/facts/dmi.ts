import { sh } from '../transport/shell/quote.ts';
import type { FactFamily } from './family.ts';

/** The chassis types of the SMBIOS specification, table 17. */
const formFactors = [
  'Unknown',
  'Other',
  'Unknown',
  'Desktop',
  'Low Profile Desktop',
  'Pizza Box',
  'Mini Tower',
  'Tower',
  'Portable',
  'Laptop',
  'Notebook',
  'Hand Held',
  'Docking Station',
  'All In One',
  'Sub Notebook',
  'Space-saving',
  'Lunch Box',
  'Main Server Chassis',
  'Expansion Chassis',
  'Sub Chassis',
  'Bus Expansion Chassis',
  'Peripheral Chassis',
  'RAID Chassis',
  'Rack Mount Chassis',
  'Sealed-case PC',
  'Multi-system',
  'CompactPCI',
  'AdvancedTCA',
  'Blade',
  'Blade Enclosure',
  'Tablet',
  'Convertible',
  'Detachable',
  'IoT Gateway',
  'Embedded PC',
  'Mini PC',
  'Stick PC',
];

const files: Readonly<Record<string, string>> = {
  bios_date: 'bios_date',
  bios_vendor: 'bios_vendor',
  bios_version: 'bios_version',
  board_asset_tag: 'board_asset_tag',
  board_name: 'board_name',
  board_serial: 'board_serial',
  board_vendor: 'board_vendor',
  board_version: 'board_version',
  chassis_asset_tag: 'chassis_asset_tag',
  chassis_serial: 'chassis_serial',
  chassis_vendor: 'chassis_vendor',
  chassis_version: 'chassis_version',
  form_factor: 'chassis_type',
  product_name: 'product_name',
  product_serial: 'product_serial',
  product_uuid: 'product_uuid',
  product_version: 'product_version',
  system_vendor: 'sys_vendor',
};

/** What the firmware says of the machine; `NA` for what it does not say, or only root may read. */
export const dmi: FactFamily = {
  name: 'dmi',
  groups: ['hardware'],
  shell: sh`for kb_a in ${Object.values(files)}; do kb_line $kb_a /sys/devices/virtual/dmi/id/$kb_a; done`,
  parse: (parts) =>
    Object.entries(files).map(([fact, file]) => {
      const value = parts.text(file).trim();
      if (fact === 'form_factor') return [fact, value ? (formFactors[Number(value)] ?? 'NA') : 'NA'] as const;
      return [fact, value || 'NA'] as const;
    }),
};
