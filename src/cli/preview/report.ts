import type { DynamicEnv } from '../../api/dynamicenv.ts';
import type { KubeObject } from '../../k8s/object.ts';
import { toYaml } from '../../k8s/yaml.ts';
import { qualifiedName } from '../../simulator/object.ts';
import { type Changes, countOf, unifiedDiff } from '../common/compare.ts';
import { describeEnv, warningsOf } from '../common/describe-env.ts';
import { ownAnnotations } from '../common/snapshot.ts';
import { type Output, paintDiff } from '../common/terminal.ts';
import type { Format } from './options.ts';

/** What the envs did to the cluster. */
export interface Result {
  changes: Changes;
  envs: DynamicEnv[];
  /** Metacontroller's warnings, and what else went wrong. */
  events: string[];
  /** Further warnings. */
  notes: string[];
}

export function show(format: Format, result: Result, output: Output): void {
  if (format === 'text') {
    showText(result, output);
    return;
  }
  output.write(asObjects(format, result));
  for (const warning of warnings(result)) output.note(`warning: ${warning}\n`);
}

function isNoEnv({ kind }: KubeObject): boolean {
  return kind !== 'DynamicEnv';
}

/** The created and changed objects, and the envs with their status. */
function asObjects(format: 'yaml' | 'json', { changes, envs }: Result): string {
  const items = [
    ...changes.created.filter(isNoEnv),
    ...changes.changed.map(({ after }) => after).filter(isNoEnv),
    ...envs.map(readableEnv),
  ];
  return format === 'yaml'
    ? items.map((item) => `---\n${toYaml(item)}`).join('')
    : `${JSON.stringify({ apiVersion: 'v1', kind: 'List', items }, null, 2)}\n`;
}

function readableEnv({ apiVersion, kind, metadata, spec, status }: DynamicEnv): object {
  const { name, labels } = metadata;
  const annotations = ownAnnotations(metadata.annotations);
  const hasAny = Object.keys(annotations).length > 0;
  const own = { ...(labels && { labels }), ...(hasAny && { annotations }) };
  return { apiVersion, kind, metadata: { name, ...own }, spec, status };
}

function warnings({ envs, events, notes }: Result): string[] {
  return [...notes, ...envs.flatMap(warningsOf), ...new Set(events)];
}

function showText(result: Result, { write, paint }: Output): void {
  const { changes, envs } = result;
  const title = (text: string) => write(`${paint('bold', text)}\n`);
  const created = changes.created.filter(isNoEnv);
  if (created.length > 0) title('Created (-o yaml shows them in full)');
  for (const object of created) write(`  ${nameOf(object)}\n`);
  if (created.length > 0) write('\n');
  for (const { key, before, after } of changes.changed) {
    title(`Changed: ${key}`);
    write(`${paintDiff(unifiedDiff(key, before, after), paint)}\n\n`);
  }
  if (envs.length > 0) title('Status');
  for (const line of envs.flatMap(describeEnv)) write(`  ${line}\n`);
  const all = warnings(result);
  if (all.length > 0) title(envs.length > 0 ? '\nWarnings' : 'Warnings');
  for (const warning of all) write(`  ${paint('yellow', warning)}\n`);
}

/** Shows what differs after the envs were deleted again. */
export function showLeftovers(left: Changes, { write, paint }: Output): void {
  const count = countOf(left);
  const differences = count === 1 ? 'difference' : 'differences';
  write(`\n${paint('bold', 'Deleted again')}: ${count} ${differences} from the start\n`);
  for (const object of left.created) write(`  ${nameOf(object)} is left over\n`);
  for (const { key, before, after } of left.changed) {
    write(`${paintDiff(unifiedDiff(key, before, after), paint)}\n`);
  }
  for (const key of left.deleted) write(`  ${key} is missing\n`);
}

function nameOf(object: KubeObject): string {
  return `${object.kind} ${qualifiedName(object)}`;
}
