import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { brotliCompressSync, brotliDecompressSync, constants } from 'node:zlib';
import type { KubeObject } from '../../../src/k8s/object.ts';
import type { Identity } from '../lib/echo.ts';
import type { Answer } from '../lib/request.ts';
import type { Pair, Phase } from './play.ts';
import type { Settings } from './settings.ts';
import type { Tables } from './tables.ts';

/** A live run: the mesh's objects, istiod's configuration, the requests and the answers. */
export interface Recorded {
  settings: Settings;
  istiod: string;
  /** Names of the configurations with envs. */
  withEnvs: readonly string[];
  /** The objects and answers without envs. */
  before: Phase;
  /** The objects and answers with envs. */
  after: Phase;
  /** The last configuration that istiod sent to each proxy. */
  tables: Readonly<Record<string, Tables>>;
  /** The pod at each address. */
  pods: Readonly<Record<string, Identity>>;
}

const FILE = new URL('../recorded/trace.json.br', import.meta.url);

export async function writeRecord(recorded: Recorded): Promise<void> {
  const { before, after } = recorded;
  const kept = { ...recorded, before: compact(before), after: compact(after) };
  const text = Buffer.from(JSON.stringify(kept));
  // The compression needs a large window, because equal texts are far apart.
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

/** Of an echo, keeps only the data that identify the pod. */
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
