import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { type CrdValidator, compileCrd } from './api/crd-schema.ts';
import type { CustomResourceDefinition } from './api/schema-types.ts';

export interface Crds {
  dynamicEnv: CustomResourceDefinition;
  routeInjection: CustomResourceDefinition;
}

/** Same distance from `src/` and from `dist/`. */
const DIRECTORY = new URL('../crds/', import.meta.url);

/** Reads the CRDs that ship with this program: the one source of validation. */
export async function loadCrds(directory: URL = DIRECTORY): Promise<Crds> {
  const load = async (plural: string): Promise<CustomResourceDefinition> =>
    parse(await readFile(new URL(`${plural}.riskified.com.yaml`, directory), 'utf8'));
  const [dynamicEnv, routeInjection] = await Promise.all([
    load('dynamicenvs'),
    load('routeinjections'),
  ]);
  return { dynamicEnv, routeInjection };
}

/** The CRDs' validators, compiled (tens of milliseconds): make them once. */
export async function loadValidators(
  directory: URL = DIRECTORY,
): Promise<Record<keyof Crds, CrdValidator>> {
  const { dynamicEnv, routeInjection } = await loadCrds(directory);
  return { dynamicEnv: compileCrd(dynamicEnv), routeInjection: compileCrd(routeInjection) };
}
