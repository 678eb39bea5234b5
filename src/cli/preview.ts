import { parseArgs } from 'node:util';
import type { DynamicEnv } from '../api/dynamicenv.ts';
import { DECISION_FLAGS } from '../config.ts';
import { loadValidators } from '../crds.ts';
import type { DecisionConfig } from '../domain/config.ts';
import { UsageError } from '../errors.ts';
import { readFlags } from '../flags.ts';
import type { KubeObject } from '../k8s/object.ts';
import { toYaml } from '../k8s/yaml.ts';
import type { Cluster } from '../local/cluster.ts';
import { type Changes, compare, countOf, unifiedDiff } from './compare.ts';
import { describeEnv, warningsOf } from './describe-env.ts';
import { loadManifests } from './manifests.ts';
import { rehearse } from './rehearsal.ts';
import { type Readable, snapshot } from './snapshot.ts';
import { type Paint, paintDiff } from './terminal.ts';

export interface PreviewOutput {
  write: (text: string) => void;
  /** Where words go when the output is for a program. */
  note: (text: string) => void;
  paint: Paint;
}

interface PreviewOptions {
  files: string[];
  format: 'text' | 'yaml' | 'json';
  withDelete: boolean;
  config: DecisionConfig;
}

/** What the DynamicEnvs among some files would do. 0: all become ready; 1: one does not, or there is none. */
export async function preview(args: string[], output: PreviewOutput): Promise<number> {
  const options = readOptions(args);
  const validators = await loadValidators();
  const objects = await loadManifests(options.files, { DynamicEnv: validators.dynamicEnv });
  const { cluster } = await rehearse(options.config, { strategy: 'server-side-apply' });
  const rank = ({ kind }: KubeObject) => (kind === 'DynamicEnv' ? 1 : 0);
  await createAll(
    cluster,
    objects.filter((object) => rank(object) === 0),
  );
  const before = snapshot(cluster.all());
  await createAll(
    cluster,
    objects.filter((object) => rank(object) === 1),
  );
  const envs = cluster.list<DynamicEnv>('DynamicEnv');
  const changes = compare(before, snapshot(cluster.all()));
  const events = cluster.events.map(({ object, message }) => `${object}: ${message}`);
  show({ options, output, changes, envs, events });
  const isReady = envs.length > 0 && envs.every(({ status }) => status?.state === 'ready');
  const isClean = options.withDelete
    ? await deletesCleanly(cluster, before, envs, {
        ...output,
        write: options.format === 'text' ? output.write : output.note,
      })
    : true;
  return isReady && isClean ? 0 : 1;
}

function readOptions(args: string[]): PreviewOptions {
  const own = {
    file: { type: 'string', short: 'f', multiple: true },
    output: { type: 'string', short: 'o' },
    delete: { type: 'boolean' },
  } as const;
  const decision = Object.fromEntries(
    Object.values(DECISION_FLAGS).map(({ name }) => [name, { type: 'string' as const }]),
  );
  const { values } = parsed(args, { ...own, ...decision });
  const { file, output, delete: withDelete, ...rest } = values;
  const files = (file ?? []) as string[];
  if (files.length === 0) throw new UsageError('-f FILE is missing; see --help');
  const format = output ?? 'text';
  if (format !== 'yaml' && format !== 'json' && format !== 'text') {
    throw new UsageError(`-o: expected yaml, json or text, got "${String(output)}"`);
  }
  const flags = Object.entries(rest).flatMap(([name, value]) => [`--${name}`, String(value)]);
  return {
    files,
    format,
    withDelete: withDelete === true,
    config: readFlags(DECISION_FLAGS, flags, process.env),
  };
}

type Options = NonNullable<NonNullable<Parameters<typeof parseArgs>[0]>['options']>;

function parsed(args: string[], options: Options) {
  try {
    return parseArgs({ args, options, strict: true });
  } catch (error) {
    throw new UsageError(`${(error as Error).message.split('. ')[0]}; see --help`);
  }
}

async function createAll(cluster: Cluster, objects: readonly KubeObject[]): Promise<void> {
  for (const object of objects) await cluster.as('preview').create(object);
  await cluster.settle();
}

interface Result {
  options: PreviewOptions;
  output: PreviewOutput;
  changes: Changes;
  envs: DynamicEnv[];
  events: string[];
}

function show(result: Result): void {
  if (result.options.format === 'text') showText(result);
  else showObjects(result);
}

/** The created and changed objects, and the envs with their status. */
function showObjects({ options, output, changes, envs }: Result): void {
  const others = ({ kind }: KubeObject) => kind !== 'DynamicEnv';
  const items = [
    ...changes.created.filter(others),
    ...changes.changed.map(({ after }) => after).filter(others),
    ...envs.map(({ metadata: { name }, ...env }) => ({ ...env, metadata: { name } })),
  ];
  output.write(
    options.format === 'yaml'
      ? items.map((item) => `---\n${toYaml(item)}`).join('')
      : `${JSON.stringify({ apiVersion: 'v1', kind: 'List', items }, null, 2)}\n`,
  );
}

function showText({ output: { write, paint }, changes, envs, events }: Result): void {
  const title = (text: string) => write(`${paint('bold', text)}\n`);
  const created = changes.created.filter(({ kind }) => kind !== 'DynamicEnv');
  if (created.length > 0) title('Created');
  for (const object of created) write(`  ${nameOf(object)}\n`);
  for (const { key, before, after } of changes.changed) {
    title(`\nChanged: ${key}`);
    write(`${paintDiff(unifiedDiff(key, before, after), paint)}\n`);
  }
  title('Status');
  if (envs.length === 0) write('  no DynamicEnv among the files\n');
  for (const line of envs.flatMap(describeEnv)) write(`  ${line}\n`);
  const warnings = [...envs.flatMap(warningsOf), ...new Set(events)];
  if (warnings.length > 0) title('Warnings');
  for (const warning of warnings) write(`  ${paint('yellow', warning)}\n`);
}

function nameOf({ kind, metadata }: Readable): string {
  return `${kind} ${metadata.namespace === undefined ? '' : `${metadata.namespace}/`}${metadata.name}`;
}

/** Deletes the envs again; does everything look as before they came? */
async function deletesCleanly(
  cluster: Cluster,
  before: ReturnType<typeof snapshot>,
  envs: readonly DynamicEnv[],
  { write, paint }: PreviewOutput,
): Promise<boolean> {
  for (const { metadata } of envs) {
    await cluster.as('preview').delete('DynamicEnv', undefined, metadata.name);
  }
  await cluster.settle();
  const left = compare(before, snapshot(cluster.all()));
  write(`${paint('bold', 'Deleted again')}: ${countOf(left)} differences from the start\n`);
  for (const object of left.created) write(`  ${nameOf(object)} is left over\n`);
  for (const { key, before: old, after } of left.changed) {
    write(`${paintDiff(unifiedDiff(key, old, after), paint)}\n`);
  }
  for (const key of left.deleted) write(`  ${key} is gone\n`);
  return countOf(left) === 0;
}
