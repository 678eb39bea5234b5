import { parseYaml } from '../../../src/k8s/yaml.ts';
import { isMap, type LocalObject } from '../../../src/simulator/object.ts';
import {
  type Cascade,
  type Driver,
  MANIFEST_VERBS,
  type ManifestVerb,
  type WriteOptions,
} from './driver.ts';
import { completed, expanded, named, parseName } from './names.ts';
import { loadFixture } from './scenario.ts';

type Words = Record<string, unknown>;

/** Performs the write of a step. With `refused`, the write must fail with a message that contains this text. */
export async function write(driver: Driver, action: string, words: Words): Promise<void> {
  const { refused } = words;
  if (refused === undefined) return writeAll(driver, action, words);
  const message = await writeAll(driver, action, words).then(
    () => undefined,
    (error: Error) => error.message,
  );
  if (message === undefined) throw new Error(`expected to be refused: ${String(refused)}`);
  if (message.includes(String(refused))) return;
  throw new Error(`expected to be refused with "${String(refused)}", was with "${message}"`);
}

async function writeAll(driver: Driver, action: string, words: Words): Promise<void> {
  const options = optionsOf(words);
  const what = words[action];
  if (isManifestVerb(action)) {
    for (const object of await manifests(what)) {
      await driver.write(action, await withUids(object, driver), options);
    }
    return;
  }
  if (action === 'delete') {
    const cascade = (words['cascade'] ?? 'background') as Cascade;
    for (const name of [what].flat())
      await driver.delete(parseName(String(name)), cascade, options);
    return;
  }
  for (const [name, change] of Object.entries(what as Words)) {
    const patch = patchOf(action, await withUids(expanded(change), driver));
    await driver.patch(parseName(name), patch, options);
  }
}

const UID = /^uid\((.+)\)$/;

/** Replaces each text `uid(VirtualEnvironment levels)` by the uid of that object. */
async function withUids<T>(value: T, driver: Driver): Promise<T> {
  if (!JSON.stringify(value).includes('"uid(')) return value;
  const objects = await driver.objects();
  const replaced = JSON.stringify(value, (_, member: unknown) => {
    const [, name] = UID.exec(typeof member === 'string' ? member : '') ?? [];
    if (name === undefined) return member;
    const uid = named(objects, name)[0]?.metadata.uid;
    if (uid === undefined) throw new Error(`there is no ${name}`);
    return uid;
  });
  return JSON.parse(replaced);
}

function isManifestVerb(action: string): action is ManifestVerb {
  return MANIFEST_VERBS.some((verb) => verb === action);
}

function patchOf(action: string, change: unknown): object {
  if (action === 'annotate') return { metadata: { annotations: change } };
  if (action === 'label') return { metadata: { labels: change } };
  return change as object;
}

function optionsOf({ as, manager, force, unchecked }: Words): WriteOptions {
  return {
    ...(as === undefined ? {} : { as: String(as) }),
    ...(manager === undefined ? {} : { manager: String(manager) }),
    ...(force === true ? { force } : {}),
    ...(unchecked === true ? { unchecked } : {}),
  };
}

/**
 * Accepts a fixture's name, a manifest, or a list of these. A text with several lines is read as a YAML file, as
 * kubectl reads it.
 */
async function manifests(what: unknown): Promise<LocalObject[]> {
  if (Array.isArray(what)) return (await Promise.all(what.map(manifests))).flat();
  if (isMap(what)) return [completed(what)];
  const text = String(what);
  if (!text.includes('\n')) return loadFixture(text);
  return parseYaml(text).map(({ value }) => completed(value));
}
