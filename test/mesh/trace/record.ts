import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { brotliCompressSync, brotliDecompressSync, constants } from 'node:zlib';
import type { KubeObject } from '../../../src/k8s/object.ts';
import type { Identity } from '../lib/echo.ts';
import type { Answer } from '../lib/request.ts';
import type { Pair, Phase } from './play.ts';
import type { Settings } from './settings.ts';
import type { Tables } from './tables.ts';

/** A live run: what was in the mesh, what istiod made of it, what was asked and answered. */
export interface Recorded {
  settings: Settings;
  istiod: string;
  /** Configurations with envs. */
  withEnvs: readonly string[];
  /** Before there were envs. */
  before: Phase;
  /** With them. */
  after: Phase;
  /** What istiod sent to each proxy in the end. */
  tables: Readonly<Record<string, Tables>>;
  /** Who listened at each address. */
  pods: Readonly<Record<string, Identity>>;
}

const FILE = new URL('../recorded/trace.json.br', import.meta.url);

export async function writeRecord(recorded: Recorded): Promise<void> {
  const { before, after } = recorded;
  const kept = { ...recorded, before: compact(before), after: compact(after) };
  const text = Buffer.from(JSON.stringify(kept));
  // The same things come back far apart from each other.
  const params = {
    [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS,
    [constants.BROTLI_PARAM_QUALITY]: 9,
    [constants.BROTLI_PARAM_SIZE_HINT]: text.length,
  };
  await mkdir(new URL('.', FILE), { recursive: true });
  await writeFile(FILE, brotliCompressSync(text, { params }));
}

export async function readRecord(): Promise<Recorded> {
  return JSON.parse(brotliDecompressSync(await readFile(FILE)).toString('utf8')) as Recorded;
}

function compact({ objects, pairs }: Phase): Phase {
  return { objects: [...objects].sort(byPlace), pairs: pairs.map(compactPair) };
}

/** Of an echo only who sent it. */
function compactPair({ answer, ...pair }: Pair): Pair {
  if (!answer.echo) return { ...pair, answer };
  const { pod, namespace, labels, image } = answer.echo;
  const echo = { pod, namespace, labels, image } as NonNullable<Answer['echo']>;
  return { ...pair, answer: { ...answer, echo } };
}

function byPlace(a: KubeObject, b: KubeObject): number {
  const place = ({ kind, metadata }: KubeObject) =>
    `${kind} ${metadata.namespace}/${metadata.name}`;
  return place(a) < place(b) ? -1 : 1;
}
