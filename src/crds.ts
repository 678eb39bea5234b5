import { readFile } from 'node:fs/promises';
import { type CrdValidator, compileCrd } from './crd/schema.ts';
import type { CustomResourceDefinition } from './crd/types.ts';
import type { KindCrd } from './hooks/kind.ts';
import { type CrdName, KINDS } from './kinds/kinds.ts';

type Crds = Record<CrdName, CustomResourceDefinition>;

/** Same distance from `src/` and from `dist/`. */
const DIRECTORY = new URL('../crds/', import.meta.url);
/** The same as JSON, made by the build: reading YAML, and loading the parser, would be a tenth of the service's start time. */
const BUILT = new URL('./crds.json', import.meta.url);

const NEEDED: readonly KindCrd[] = KINDS.flatMap(({ crds }) => [...crds]);
/** Each once: several kinds may need the same. */
const NAMES = [...new Set(NEEDED.map(({ name }) => name as CrdName))];

/** The CRDs that ship with this program, by name: the one source of validation. */
export async function loadCrds(): Promise<Crds> {
  const built = await readFile(BUILT, 'utf8').catch(() => undefined);
  return built === undefined ? readCrds() : JSON.parse(built);
}

/** Reads the CRDs' files. */
export async function readCrds(directory: URL = DIRECTORY): Promise<Crds> {
  const { parse } = await import('yaml');
  const read = async (name: string): Promise<CustomResourceDefinition> =>
    parse(await readFile(new URL(`${name}.yaml`, directory), 'utf8'));
  const entries = NAMES.map(async (name) => [name, await read(name)] as const);
  return Object.fromEntries(await Promise.all(entries)) as Crds;
}

/** The validator of one CRD, by its name. Compiling takes tens of milliseconds: do it once. */
export async function loadValidator(name: string): Promise<CrdValidator> {
  const crd = (await loadCrds())[name as CrdName];
  if (crd === undefined) throw new Error(`${name} is in \`crds\` of no kind`);
  return compile(crd);
}

/** The validators of all CRDs, by the kind that they define and its group (see `validatorKey`). */
export async function loadValidators(): Promise<Record<string, CrdValidator>> {
  const crds = Object.values(await loadCrds());
  const entries = crds.map(async (crd) => {
    const { group, names } = crd.spec;
    return [
      validatorKey({ apiVersion: `${group}/`, kind: names.kind }),
      await compile(crd),
    ] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}

/** `DynamicEnv.riskified.com`. Two groups may have a kind of one name. */
export function validatorKey({ apiVersion, kind }: { apiVersion: string; kind: string }): string {
  return `${kind}.${apiVersion.split('/')[0]}`;
}

async function compile(crd: CustomResourceDefinition): Promise<CrdValidator> {
  const own = NEEDED.find(({ name, validator }) => name === crd.metadata.name && validator);
  return own?.validator?.(crd) ?? compileCrd(crd);
}
