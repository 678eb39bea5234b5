import { OWN, type Row } from '../../support/merged-routes/row.ts';
import { NAMESPACE } from './judges.ts';

/** A row as it is tried: with a host, a name and an address that no other row has. */
export interface OwnRow {
  id: string;
  name: string;
  patch: Row['patch'];
  hosts: readonly string[];
  gateways: readonly string[];
  host: string;
  address: string;
  /** Has it routes for tcp or tls? */
  isL4: boolean;
  isUnseen: boolean;
}

export function ownRow(row: Row, index: number): OwnRow {
  const own = <T>(value: T): T =>
    JSON.parse(JSON.stringify(value).replaceAll('.example', `.r${index}.example`));
  const hosts = own(row.hosts ?? [OWN]);
  const isL4 = row.patch.tcp !== undefined || row.patch.tls !== undefined;
  return {
    id: `row-${index}`,
    name: row.name,
    patch: own(row.patch),
    hosts,
    gateways: row.gateways ?? (isL4 ? [] : [`${NAMESPACE}/gw`]),
    host: hosts[0] ?? '',
    address: `240.1.${index >> 8}.${index & 255}`,
    isL4,
    isUnseen: row.isUnseen ?? false,
  };
}
