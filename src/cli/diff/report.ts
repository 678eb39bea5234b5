import { byText } from '../../k8s/canonical.ts';
import { cutText } from '../../k8s/cut-text.ts';
import { MOST_SHOWN } from '../common/configured-variables.ts';
import { layeredValues } from '../common/layered-values.ts';
import type { Paint } from '../common/terminal.ts';
import type { Side } from './sides.ts';

/** What one side says about a variable. */
interface Value {
  /** Absent: the variable is not to be set. */
  value?: string;
  layer: string;
}

interface VariableDiff {
  variable: string;
  /** Absent: this side says nothing, so a workload keeps its own value. */
  a?: Value;
  b?: Value;
}

/** Two configurations, for people (`diffLines`) and for programs (`-o json`). */
export interface DiffReport {
  a: Pick<Side, 'kind' | 'name'>;
  b: Pick<Side, 'kind' | 'name'>;
  /** Those whose values differ, sorted. */
  variables: VariableDiff[];
  /** How many variables have the same value in both. */
  same: number;
  /** `<namespace>/<deployment>` of workloads with pods of their own; absent unless both are DynamicEnvs. */
  unique?: { onlyA: string[]; onlyB: string[]; both: string[] };
}

export function diffReport(a: Side, b: Side): DiffReport {
  const [inA, inB] = [valuesOf(a), valuesOf(b)];
  const names = [...new Set([...inA.keys(), ...inB.keys()])].sort(byText);
  const all = names.map((variable): VariableDiff => {
    const [one, other] = [inA.get(variable), inB.get(variable)];
    return { variable, ...(one && { a: one }), ...(other && { b: other }) };
  });
  const variables = all.filter(isDifferent);
  return {
    a: { kind: a.kind, name: a.name },
    b: { kind: b.kind, name: b.name },
    variables,
    same: all.length - variables.length,
    ...(a.unique && b.unique ? { unique: split(a.unique, b.unique) } : {}),
  };
}

function valuesOf({ layers }: Side): Map<string, Value> {
  return new Map(
    layeredValues(layers).map(({ variable, layer, value }) => [
      variable,
      { layer, ...(value === undefined ? {} : { value }) },
    ]),
  );
}

/** The layer alone makes no difference. */
function isDifferent({ a, b }: VariableDiff): boolean {
  return a === undefined || b === undefined || a.value !== b.value;
}

function split(a: readonly string[], b: readonly string[]) {
  return {
    onlyA: a.filter((one) => !b.includes(one)),
    onlyB: b.filter((one) => !a.includes(one)),
    both: a.filter((one) => b.includes(one)),
  };
}

export function diffLines(report: DiffReport, paint: Paint): string[] {
  const { a, b, variables, same, unique } = report;
  const width = Math.max(0, ...variables.map(({ variable }) => variable.length));
  const equal = `${same} ${same === 1 ? 'variable has' : 'variables have'} the same value in both`;
  return [
    paint('bold', `${a.kind} ${a.name} → ${b.kind} ${b.name}`),
    ...variables.map(
      ({ variable, a: before, b: after }) =>
        `  ${variable.padEnd(width)}  ${paint('red', textOf(before))} → ${paint('green', textOf(after))}`,
    ),
    `  ${variables.length === 0 ? `no variable differs; ${equal}` : equal}`,
    ...(unique === undefined
      ? []
      : [
          paint('bold', 'Workloads with pods of their own'),
          ...line(`only in ${a.name}`, unique.onlyA),
          ...line(`only in ${b.name}`, unique.onlyB),
          ...line('in both', unique.both),
        ]),
  ];
}

function line(where: string, workloads: readonly string[]): string[] {
  return workloads.length === 0 ? [] : [`  ${where}: ${workloads.join(', ')}`];
}

function textOf(value: Value | undefined): string {
  if (value === undefined) return "(the workload's own)";
  return `${cutText(value.value ?? '(not set)', MOST_SHOWN)} (${value.layer})`;
}
