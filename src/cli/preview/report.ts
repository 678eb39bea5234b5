import type { DynamicEnv } from '../../api/dynamicenv.ts';
import type { KubeObject } from '../../k8s/object.ts';
import { toYaml } from '../../k8s/yaml.ts';
import { isSubject } from '../common/apply-manifests.ts';
import { type Changes, countOf, unifiedDiff } from '../common/compare.ts';
import { describeEnv, warningsOf } from '../common/describe-env.ts';
import { describeMerge, mergeWarnings } from '../common/describe-merge.ts';
import {
  describeVirtualEnvironment,
  serviceMessages,
} from '../common/describe-virtual-environment.ts';
import { describeConfiguration, type EnvConfiguration } from '../common/env-configuration.ts';
import { describeEnvironment, isEnvironment, usersOf } from '../common/environments.ts';
import { fullName } from '../common/merges.ts';
import { reportText } from '../common/printable.ts';
import { ownAnnotations } from '../common/snapshot.ts';
import { type Output, paintDiff } from '../common/terminal.ts';
import type { Format } from './options.ts';
import type { Subjects } from './preview-run.ts';

/** What the subjects did to the cluster. */
export interface Result extends Subjects {
  changes: Changes;
  /** All objects of the cluster, as they are afterwards. */
  all: readonly KubeObject[];
  /** Of the envs that have a configuration. */
  configurations: readonly EnvConfiguration[];
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
  for (const warning of warnings(result)) output.note(reportText([`warning: ${warning}`]));
}

function isNoSubject(object: KubeObject): boolean {
  return !isSubject(object);
}

/** The created and changed objects, and the subjects with their status. */
function asObjects(
  format: 'yaml' | 'json',
  { changes, envs, environments, merges, virtualEnvironments }: Result,
): string {
  const items = [
    ...changes.created.filter(isNoSubject),
    ...changes.changed.map(({ after }) => after).filter(isNoSubject),
    ...[...virtualEnvironments, ...environments, ...merges, ...envs].map(withStatus),
  ];
  return format === 'yaml'
    ? items.map((item) => `---\n${toYaml(item)}`).join('')
    : `${JSON.stringify({ apiVersion: 'v1', kind: 'List', items }, null, 2)}\n`;
}

function withStatus(object: Subjects[keyof Subjects][number]): object {
  const { apiVersion, kind, metadata, spec, status } = object;
  const { name, namespace, labels } = metadata;
  const annotations = ownAnnotations(metadata.annotations);
  const hasAny = Object.keys(annotations).length > 0;
  const own = { ...(labels && { labels }), ...(hasAny && { annotations }) };
  const place = namespace === undefined ? {} : { namespace };
  return { apiVersion, kind, metadata: { name, ...place, ...own }, spec, status };
}

function warnings({ envs, merges, virtualEnvironments, events, notes }: Result): string[] {
  return [
    ...notes,
    ...envs.flatMap(warningsOf),
    ...merges.flatMap((merge) => mergeWarnings(merge).map((text) => `${fullName(merge)}: ${text}`)),
    ...virtualEnvironments.flatMap((one) =>
      serviceMessages(one).map((text) => `${fullName(one)}: ${text}`),
    ),
    ...envs.flatMap(({ metadata, status }) =>
      (status?.configuration?.warnings ?? []).map((text) => `${metadata.name}: ${text}`),
    ),
    ...new Set(events),
  ];
}

function showText(result: Result, { write, paint }: Output): void {
  const { changes, envs, merges, virtualEnvironments } = result;
  const title = (text: string) => write(`${paint('bold', text)}\n`);
  const created = changes.created.filter(isNoSubject);
  if (created.length > 0) title('Created (-o yaml shows them in full)');
  for (const object of created) write(reportText([`  ${fullName(object)}`]));
  if (created.length > 0) write('\n');
  for (const { key, before, after } of changes.changed) {
    title(`Changed: ${key}`);
    write(`${paintDiff(unifiedDiff(key, before, after), paint)}\n\n`);
  }
  const states = [
    ...virtualEnvironments.flatMap(describeVirtualEnvironment),
    ...environmentLines(result),
    ...envs.flatMap((env) => [
      ...describeEnv(env),
      ...result.configurations
        .filter((one) => one.env === env.metadata.name)
        .flatMap(describeConfiguration),
    ]),
    ...merges.flatMap(describeMerge),
  ];
  if (states.length > 0) title('Status');
  for (const line of states) write(reportText([`  ${line}`]));
  const all = warnings(result);
  if (all.length > 0) title(states.length > 0 ? '\nWarnings' : 'Warnings');
  for (const warning of all) write(reportText([`  ${paint('yellow', warning)}`]));
}

function environmentLines({ all, environments }: Result): string[] {
  const envs = all.filter(({ kind }) => kind === 'DynamicEnv') as DynamicEnv[];
  return environments.flatMap((one) =>
    describeEnvironment(one, usersOf(one.metadata.name, all.filter(isEnvironment), envs)),
  );
}

/** Shows what differs after the subjects were deleted again. */
export function showLeftovers(left: Changes, { write, paint }: Output): void {
  const count = countOf(left);
  const differences = count === 1 ? 'difference' : 'differences';
  write(`\n${paint('bold', 'Deleted again')}: ${count} ${differences} from the start\n`);
  for (const object of left.created) write(`  ${fullName(object)} is left over\n`);
  for (const { key, before, after } of left.changed) {
    write(`${paintDiff(unifiedDiff(key, before, after), paint)}\n`);
  }
  for (const key of left.deleted) write(`  ${key} is missing\n`);
}
