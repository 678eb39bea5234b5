import { API_VERSION } from '../../api/marks.ts';
import {
  VIRTUAL_ENVIRONMENT_GROUP,
  VIRTUAL_ENVIRONMENT_KIND,
} from '../../api/virtualenvironment.ts';
import { MERGE_GROUPS, MERGE_KIND, MERGE_RESOURCE } from '../../api/virtualservicemerge.ts';
import type { CrdValidator } from '../../crd/schema.ts';
import { loadValidator, validatorKey } from '../../crds.ts';
import { UsageError } from '../../errors.ts';
import type { KubeObject } from '../../k8s/object.ts';
import { parseYaml, type YamlDocument } from '../../k8s/yaml.ts';
import { ENVIRONMENT_CRD } from '../../kinds/environment/kind.ts';
import { VIRTUAL_ENVIRONMENT_CRD } from '../../kinds/virtual-environment/kind.ts';
import { createDiscovery, type Discovery } from '../../simulator/discovery.ts';
import { qualifiedName } from '../../simulator/object.ts';
import { checkObject, isEmpty } from './check-object.ts';
import { ENVIRONMENT_KIND } from './environments.ts';
import { fileName, filesOf, readText } from './files.ts';
import { objectsIn } from './lists.ts';
import { type OtherKinds, otherKinds } from './other-kinds.ts';
import { ownKinds } from './own-kinds.ts';

/** One object, and where it was written: file, document and line. */
export interface Manifest {
  object: KubeObject;
  place: string;
}

/**
 * Returns a function that loads the files of a command's options, and adds warnings to `warnings`. Its argument is the namespace
 * of objects that name none, if `--namespace` is not given.
 */
export function manifestLoader(
  options: { files: readonly string[]; namespace?: string | undefined },
  dynamicEnv: CrdValidator,
  warnings: string[],
): (namespace?: string) => Promise<Manifest[]> {
  return (namespace = 'default') =>
    loadManifests(
      options.files,
      { DynamicEnv: dynamicEnv },
      options.namespace ?? namespace,
      (warning) => void warnings.push(warning),
    );
}

/**
 * Loads the objects of files, folders (without subfolders) and `-` (standard input). A UsageError names file, document, line
 * and field. `namespace`: for objects that need one and name none. `warn` is called for what kubectl ignores silently, and for
 * objects that are left out: those without a spec, and those of other kinds (see `otherKinds`). `areStored`: the objects are as a
 * cluster has them. Then VirtualEnvironments are not checked, because another definition may have accepted them.
 */
export async function loadManifests(
  paths: readonly string[],
  validators: Record<string, CrdValidator>,
  namespace = 'default',
  warn: (text: string) => void = () => undefined,
  areStored = false,
): Promise<Manifest[]> {
  const own = await ownKinds();
  const kinds = createDiscovery(own);
  const others = otherKinds(kinds, own);
  const files = await filesOf(paths);
  const reading = { validators, kinds, others, warn, areStored };
  const manifests = (await Promise.all(files.map((file) => readManifests(file, reading)))).flat();
  for (const warning of others.warnings()) warn(warning);
  const placed = manifests.map(({ object, place }) => ({
    object: within(namespace, object, kinds),
    place,
  }));
  refuseDuplicates(placed, kinds);
  return placed.filter(({ object, place }) => {
    if (!isEmpty(object)) return true;
    warn(`${place}: ${object.kind} ${qualifiedName(object)} has no spec, and is ignored`);
    return false;
  });
}

/** VirtualServiceMerges of all groups are checked as the API server checks them. */
async function mergeValidators(): Promise<Record<string, CrdValidator>> {
  const entries = MERGE_GROUPS.map(async (group) => {
    const validator = await loadValidator(`${MERGE_RESOURCE}.${group}`);
    return [validatorKey({ apiVersion: group, kind: MERGE_KIND }), validator] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}

async function virtualEnvironmentValidator(): Promise<Record<string, CrdValidator>> {
  const key = { apiVersion: VIRTUAL_ENVIRONMENT_GROUP, kind: VIRTUAL_ENVIRONMENT_KIND };
  return { [validatorKey(key)]: await loadValidator(VIRTUAL_ENVIRONMENT_CRD) };
}

/** So that files without one need not wait until its validator is compiled. */
const HAS_ENVIRONMENT = /\bkind['"]?\s*:\s*['"]?Environment\b/;

async function layerValidator(): Promise<Record<string, CrdValidator>> {
  const key = { apiVersion: API_VERSION, kind: ENVIRONMENT_KIND };
  return { [validatorKey(key)]: await loadValidator(ENVIRONMENT_CRD) };
}

function within(namespace: string, object: KubeObject, { kindOf }: Discovery): KubeObject {
  if (!kindOf(object).namespaced || object.metadata.namespace) return object;
  return { ...object, metadata: { ...object.metadata, namespace } };
}

interface Reading {
  validators: Record<string, CrdValidator>;
  kinds: Discovery;
  others: OtherKinds;
  warn: (text: string) => void;
  areStored: boolean;
}

async function readManifests(file: string, reading: Reading): Promise<Manifest[]> {
  const { validators, warn, areStored } = reading;
  const name = fileName(file);
  const text = await readText(file);
  // Compiled for files that need them only.
  const merges = text.includes(MERGE_KIND) ? await mergeValidators() : {};
  const environments =
    !areStored && text.includes(VIRTUAL_ENVIRONMENT_KIND)
      ? await virtualEnvironmentValidator()
      : {};
  const layers = HAS_ENVIRONMENT.test(text) ? await layerValidator() : {};
  const known = { ...validators, ...merges, ...environments, ...layers };
  const documents = parseYaml(text);
  for (const { number, warnings } of documents) {
    for (const { line, message } of warnings) warn(`${placeIn(name, number, line)}: ${message}`);
  }
  return documents.flatMap((document) =>
    readDocument(document, name, { ...reading, validators: known }),
  );
}

function placeIn(file: string, number: number, line: number): string {
  return `${file}, document ${number}, line ${line}`;
}

function readDocument(
  document: YamlDocument,
  file: string,
  { validators, kinds, others }: Reading,
): Manifest[] {
  const { value, problems, number } = document;
  const placeOf = (line: number) => placeIn(file, number, line);
  const [problem] = problems;
  if (problem !== undefined) throw new UsageError(`${placeOf(problem.line)}: ${problem.message}`);
  return objectsIn(value).flatMap(([item, at]) => {
    const place = placeOf(document.lineOf(at));
    if (others.takes(item, place)) return [];
    const mistake = checkObject(item, validators, kinds);
    if (mistake !== undefined) {
      const where = placeOf(document.lineOf([...at, ...mistake.path]));
      throw new UsageError(`${where}: ${mistake.message}`);
    }
    return [{ object: item as KubeObject, place }];
  });
}

function refuseDuplicates(manifests: readonly Manifest[], { kindOf }: Discovery): void {
  const places = new Map<string, string>();
  for (const { object, place } of manifests) {
    const { namespaced, resource, group } = kindOf(object);
    const namespace = namespaced ? object.metadata.namespace : '';
    const key = `${resource}.${group} ${namespace}/${object.metadata.name}`;
    const first = places.get(key);
    if (first !== undefined) {
      throw new UsageError(
        `${place}: metadata.name: ${object.kind} ${qualifiedName(object)} is defined already: ${first}; remove one of them`,
      );
    }
    places.set(key, place);
  }
}
