import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { CrdValidator } from '../api/crd-schema.ts';
import { UsageError } from '../errors.ts';
import type { KubeObject } from '../k8s/object.ts';
import { parseYaml, type YamlDocument } from '../k8s/yaml.ts';
import { kindOf } from '../local/kinds.ts';
import { isMap, qualifiedName } from '../local/object.ts';

const ENDINGS = ['.yaml', '.yml', '.json'];

/** One object and where it was written. */
interface Manifest {
  object: KubeObject;
  place: string;
}

/** The objects of files, folders (their files, not their subfolders) and `-`; every mistake names file, document, line and field. */
export async function loadManifests(
  paths: readonly string[],
  validators: Record<string, CrdValidator>,
): Promise<KubeObject[]> {
  const files = (await Promise.all(paths.map(filesOf))).flat();
  const manifests = (
    await Promise.all(files.map((file) => readManifests(file, validators)))
  ).flat();
  refuseDuplicates(manifests);
  return manifests.map(({ object }) => object);
}

async function filesOf(path: string): Promise<string[]> {
  if (path === '-') return [path];
  const kind = await stat(path).catch(() => {
    throw new UsageError(`${path}: no such file or directory`);
  });
  if (!kind.isDirectory()) return [path];
  const names = (await readdir(path)).filter((name) => ENDINGS.some((end) => name.endsWith(end)));
  if (names.length === 0) throw new UsageError(`${path}: no ${ENDINGS.join(', ')} files in it`);
  return names.sort().map((name) => join(path, name));
}

async function readManifests(
  file: string,
  validators: Record<string, CrdValidator>,
): Promise<Manifest[]> {
  const content = file === '-' ? await text(process.stdin) : await readFile(file, 'utf8');
  const name = file === '-' ? '(standard input)' : file;
  return parseYaml(content).flatMap((document) =>
    readDocument(document, { file: name, number: document.number }, validators),
  );
}

interface Source {
  file: string;
  number: number;
}

function readDocument(
  document: YamlDocument,
  source: Source,
  validators: Record<string, CrdValidator>,
): Manifest[] {
  const [problem] = document.problems;
  if (problem !== undefined) throw mistake(source, problem.line, problem.message);
  const { value } = document;
  if (isMap(value) && value['kind'] === 'List' && Array.isArray(value['items'])) {
    return value['items'].map((item: unknown, index) =>
      readObject(item, ['items', index], document, source, validators),
    );
  }
  return [readObject(value, [], document, source, validators)];
}

type Path = readonly (string | number)[];

function readObject(
  value: unknown,
  at: Path,
  document: YamlDocument,
  source: Source,
  validators: Record<string, CrdValidator>,
): Manifest {
  const fail = (path: Path, message: string) =>
    mistake(source, document.lineOf([...at, ...path]), message);
  const object = requireObject(value, fail);
  try {
    kindOf(object);
  } catch (error) {
    throw fail(['kind'], `kind: ${(error as Error).message}`);
  }
  const verdict = validators[object.kind]?.validate(object);
  const refusal = verdict && [...verdict.errors, ...verdict.unknown][0];
  if (refusal !== undefined) {
    const path = refusal.path ?? '';
    throw fail(
      pathOf(path),
      `${object.kind} ${qualifiedName(object)}: ${path}: ${refusal.message}`,
    );
  }
  const line = document.lineOf(at);
  return { object, place: `${source.file}, document ${source.number}, line ${line}` };
}

function requireObject(value: unknown, fail: (path: Path, message: string) => Error): KubeObject {
  if (!isMap(value)) throw fail([], 'expected a Kubernetes object');
  for (const field of ['apiVersion', 'kind']) {
    if (typeof value[field] !== 'string') throw fail([field], `${field}: expected a text`);
  }
  const metadata = value['metadata'];
  if (!isMap(metadata) || typeof metadata['name'] !== 'string' || metadata['name'] === '') {
    throw fail(['metadata'], 'metadata.name: expected a name');
  }
  for (const field of ['labels', 'annotations']) {
    const map = metadata[field];
    const wrong = isMap(map) && Object.entries(map).find(([, item]) => typeof item !== 'string');
    if (wrong)
      throw fail(
        ['metadata', field, wrong[0]],
        `metadata.${field}.${wrong[0]}: expected a text; quote it`,
      );
  }
  return value as unknown as KubeObject;
}

/** `spec.subsets[0].name` as the members to follow. */
function pathOf(path: string): Path {
  return [...path.matchAll(/\[(\d+)\]|\["([^"]*)"\]|([^.[\]]+)/g)].map(([, index, quoted, name]) =>
    index === undefined ? (quoted ?? name ?? '') : Number(index),
  );
}

function mistake({ file, number }: Source, line: number, message: string): UsageError {
  return new UsageError(`${file}, document ${number}, line ${line}: ${message}`);
}

function refuseDuplicates(manifests: readonly Manifest[]): void {
  const places = new Map<string, string>();
  for (const { object, place } of manifests) {
    const { namespaced, resource, group } = kindOf(object);
    const namespace = namespaced ? (object.metadata.namespace ?? 'default') : '';
    const key = `${resource}.${group} ${namespace}/${object.metadata.name}`;
    const first = places.get(key);
    if (first !== undefined) {
      throw new UsageError(
        `${place}: ${object.kind} ${qualifiedName(object)} was there already: ${first}; remove one of them`,
      );
    }
    places.set(key, place);
  }
}
