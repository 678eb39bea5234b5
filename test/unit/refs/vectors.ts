import { readFileSync } from 'node:fs';
import { parseYaml } from '../../../src/k8s/yaml.ts';
import type { HeaderList, Repeated } from '../../../src/refs/carried.ts';
import type { Carrier, RefSettings } from '../../../src/refs/pick.ts';

/** A case of clients/vectors/routes.yaml. The README there describes the fields. */
export interface RouteVector {
  name: string;
  service: string;
  carriers: readonly Carrier[];
  headers: HeaderList;
  ref: string | null;
  /** The expected ref for a proxy that checks repeated headers one by one. */
  refEach: string | null;
  why: string;
}

const FILE = new URL('../../../clients/vectors/routes.yaml', import.meta.url);

interface File {
  version: number;
  serviceRouteHeader: string;
  sourceRouteHeader: string;
  cases: readonly (Omit<RouteVector, 'carriers' | 'refEach'> & Partial<RouteVector>)[];
}

const file = parseYaml(readFileSync(FILE, 'utf8'))[0]?.value as File;

export const VECTORS: readonly RouteVector[] = file.cases.map((one) => ({
  carriers: [],
  refEach: one.ref,
  ...one,
}));

/** The settings for a case. */
export function settingsFor({ carriers }: Pick<RouteVector, 'carriers'>): RefSettings {
  const headers = { service: file.serviceRouteHeader, source: file.sourceRouteHeader };
  return { headers, carriers };
}

export function expected({ ref, refEach }: RouteVector, how: Repeated): string | null {
  return how === 'each' ? refEach : ref;
}
