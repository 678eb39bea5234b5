import { readFile } from 'node:fs/promises';
import { withRegexBounds } from './api/with-regex-bounds.ts';
import { type CrdValidator, compileCrd } from './crd/schema.ts';
import type { CustomResourceDefinition } from './crd/types.ts';

export interface Crds {
  dynamicEnv: CustomResourceDefinition;
  routeInjection: CustomResourceDefinition;
  meshIndex: CustomResourceDefinition;
}

/** Same distance from `src/` and from `dist/`. */
const DIRECTORY = new URL('../crds/', import.meta.url);
/** The same as JSON, made by the build: to read YAML, and to load what reads it, is a tenth of the service's start. */
const BUILT = new URL('./crds.json', import.meta.url);

/** The CRDs that ship with this program: the one source of validation. */
export async function loadCrds(): Promise<Crds> {
  const built = await readFile(BUILT, 'utf8').catch(() => undefined);
  return built === undefined ? readCrds() : JSON.parse(built);
}

/** Reads the CRDs' files. */
export async function readCrds(directory: URL = DIRECTORY): Promise<Crds> {
  const { parse } = await import('yaml');
  const read = async (plural: string): Promise<CustomResourceDefinition> =>
    parse(await readFile(new URL(`${plural}.riskified.com.yaml`, directory), 'utf8'));
  const [dynamicEnv, routeInjection, meshIndex] = await Promise.all([
    read('dynamicenvs'),
    read('routeinjections'),
    read('meshindexes'),
  ]);
  return { dynamicEnv, routeInjection, meshIndex };
}

/** The only one that the hooks need: compiling is a good part of the service's start. */
export async function loadEnvValidator(): Promise<CrdValidator> {
  return withRegexBounds(compileCrd((await loadCrds()).dynamicEnv));
}

/** The CRDs' validators, compiled (tens of milliseconds): make them once. */
export async function loadValidators(): Promise<Record<keyof Crds, CrdValidator>> {
  const { dynamicEnv, routeInjection, meshIndex } = await loadCrds();
  return {
    dynamicEnv: withRegexBounds(compileCrd(dynamicEnv)),
    routeInjection: compileCrd(routeInjection),
    meshIndex: compileCrd(meshIndex),
  };
}
