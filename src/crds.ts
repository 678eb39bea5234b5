import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { type CrdValidator, compileCrd } from './api/crd-schema.ts';
import type { CustomResourceDefinition } from './api/schema-types.ts';

export interface Crds {
  dynamicEnv: CustomResourceDefinition;
  routeInjection: CustomResourceDefinition;
  meshIndex: CustomResourceDefinition;
}

/** Same distance from `src/` and from `dist/`. */
const DIRECTORY = new URL('../crds/', import.meta.url);

/** Reads the CRDs that ship with this program: the one source of validation. */
export async function loadCrds(directory: URL = DIRECTORY): Promise<Crds> {
  const [dynamicEnv, routeInjection, meshIndex] = await Promise.all([
    loadCrd('dynamicenvs', directory),
    loadCrd('routeinjections', directory),
    loadCrd('meshindexes', directory),
  ]);
  return { dynamicEnv, routeInjection, meshIndex };
}

async function loadCrd(plural: string, directory: URL): Promise<CustomResourceDefinition> {
  return parse(await readFile(new URL(`${plural}.riskified.com.yaml`, directory), 'utf8'));
}

/** The only one that the hooks need: reading and compiling is most of the service's start. */
export async function loadEnvValidator(directory: URL = DIRECTORY): Promise<CrdValidator> {
  return compileCrd(await loadCrd('dynamicenvs', directory));
}

/** The CRDs' validators, compiled (tens of milliseconds): make them once. */
export async function loadValidators(
  directory: URL = DIRECTORY,
): Promise<Record<keyof Crds, CrdValidator>> {
  const { dynamicEnv, routeInjection, meshIndex } = await loadCrds(directory);
  return {
    dynamicEnv: compileCrd(dynamicEnv),
    routeInjection: compileCrd(routeInjection),
    meshIndex: compileCrd(meshIndex),
  };
}
