import type { ConfigurationStatus, UnclonedWorkload } from '../../../api/dynamicenv.ts';
import { byText } from '../../../k8s/canonical.ts';
import { cutText } from '../../../k8s/cut-text.ts';
import type { EnvInput } from '../gather.ts';
import type { ConfiguredReport } from '../status/env-status.ts';
import type { Configuration } from './configuration.ts';
import type { Standing } from './standing.ts';

/** Items of a list in the status. */
const MAX_LISTED = 64;
const MAX_DIFFERENCES = 100;
const MAX_WARNINGS = 20;
/** Characters of one message. */
const MAX_MESSAGE = 512;
/** Bytes of the whole report: the status of an env must stay readable. */
const MAX_BYTES = 32 * 2 ** 10;

/** What the configuration changes, for the status. It has names only, never a value. */
export function configurationStatus(
  configuration: Configuration,
  { plans, blocked }: Pick<Standing, 'plans' | 'blocked'>,
  hasScope: boolean,
): ConfigurationStatus {
  const cloned = plans.filter(({ isDerived, withheld }) => isDerived && withheld !== 'blocked');
  const room = limited(MAX_BYTES);
  const differences = differencesOf(configuration);
  // Names first: long messages must not push them out.
  const report = {
    unique: room(cloned.map(({ key }) => key).sort(byText), MAX_LISTED),
    blocked: room(blockedList(blocked), MAX_LISTED),
    notCloned: room(blockedList(configuration.notCloned), MAX_LISTED),
    warnings: room(warningsOf(configuration), MAX_WARNINGS),
    differences: room(differences, MAX_DIFFERENCES),
  };
  const more = differences.length - report.differences.length;
  return {
    ...(hasScope ? { unique: report.unique, shared: configuration.shared.length } : {}),
    ...present('blocked', report.blocked),
    ...present('notCloned', report.notCloned),
    ...present('differences', report.differences),
    ...(more === 0 ? {} : { more }),
    ...present('warnings', report.warnings),
  };
}

function present<K extends string, T>(key: K, list: T[]): { [key in K]?: T[] } {
  return list.length === 0 ? {} : ({ [key]: list } as { [key in K]: T[] });
}

/** Takes items of one list after the other until their bytes together are too many. */
function limited(bytes: number) {
  let left = bytes;
  return <T>(items: readonly T[], most: number): T[] => {
    const taken: T[] = [];
    for (const item of items.slice(0, most)) {
      left -= Buffer.byteLength(JSON.stringify(item)) + 1;
      if (left < 0) break;
      taken.push(item);
    }
    return taken;
  };
}

function blockedList(list: readonly UnclonedWorkload[]): UnclonedWorkload[] {
  return list
    .map(({ workload, message }) => ({ workload, message: cutText(message, MAX_MESSAGE) }))
    .sort((a, b) => byText(a.workload, b.workload));
}

/** Several containers of a workload may have the same variable. */
function differencesOf({ named, overlays }: Configuration) {
  const all = [
    ...named.flatMap(({ key, overlay }) => (overlay === undefined ? [] : { key, overlay })),
    ...overlays,
  ];
  const found = new Map(
    all.flatMap(({ key, overlay }) =>
      overlay.differences.map(({ variable, layer }) => [
        `${key} ${variable}`,
        { workload: key, variable, layer },
      ]),
    ),
  );
  return [...found].sort(([a], [b]) => byText(a, b)).map(([, one]) => one);
}

function warningsOf({ named, overlays, empty }: Configuration): string[] {
  const all = [
    ...named.flatMap(({ key, overlay }) => (overlay === undefined ? [] : { key, overlay })),
    ...overlays,
  ];
  return [
    ...empty,
    ...all.flatMap(({ key, overlay }) => overlay.warnings.map((text) => `${key}: ${text}`)),
  ].map((text) => cutText(text, MAX_MESSAGE));
}

/** At most this many blocked workloads are named in a condition; the status lists them. */
const MAX_NAMED = 3;

/** Why no routes come, as the message of the condition Ready; undefined: nothing is blocked. */
export function blockedText(blocked: readonly UnclonedWorkload[]): string | undefined {
  if (blocked.length === 0) return undefined;
  const named = blockedList(blocked)
    .slice(0, MAX_NAMED)
    .map(({ workload, message }) => `${workload}: ${message}`);
  const more = blocked.length - named.length;
  const others = more > 0 ? `; and ${more} more (see status.configuration.blocked)` : '';
  return `the configuration changes workloads that cannot be cloned now, so no further routes come; ${named.join('; ')}${others}; or set spec.allowPartial to true: their requests then meet the shared configuration`;
}

/** What the configuration adds to the env's status; nothing if the env has none. */
export function configuredReport(
  { env: { spec }, configuration }: Pick<EnvInput, 'env' | 'configuration'>,
  { plans, blocked, returning }: Standing,
): ConfiguredReport {
  const read = configuration.read();
  if (read === undefined) return {};
  const text = spec.allowPartial === true ? undefined : blockedText(blocked);
  return {
    status: configurationStatus(read, { plans, blocked }, spec.scope !== undefined),
    ...(text === undefined ? {} : { blocked: text }),
    ...(returning.length === 0 ? {} : { returning: returningText(returning) }),
  };
}

function returningText(keys: readonly string[]): string {
  const named = keys.slice(0, MAX_NAMED).join(', ');
  const more = keys.length - MAX_NAMED;
  return `clones leave completely before they come back: ${named}${more > 0 ? ` and ${more} more` : ''}`;
}
