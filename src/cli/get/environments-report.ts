import type { DynamicEnv } from '../../api/dynamicenv.ts';
import type { Environment } from '../../api/environment.ts';
import { byText } from '../../k8s/canonical.ts';
import { chainOf } from '../../overlay/chain.ts';
import { type ConfiguredVariable, variableText } from '../common/configured-variables.ts';
import { acceptedCondition, isAccepted, type Users, usersOf } from '../common/environments.ts';
import { layeredValues } from '../common/layered-values.ts';
import type { Paint } from '../common/terminal.ts';
import { type Branch, linesOf } from './tree.ts';

/** One Environment, and who needs it. */
interface EnvironmentReport extends Users {
  name: string;
  description?: string;
  /** For its present spec. */
  accepted: boolean;
  reason: string;
  /** Why, and what to do. */
  message: string;
  /** What it is made of, from the one that extends no other to itself. */
  chain: string[];
  /** Its variables, those of the chain included; absent: it cannot be followed, or all Environments are asked for. */
  values?: ConfiguredVariable[];
}

/** Environments, for people (`environmentsTree`) and for programs (`-o json`). */
export interface EnvironmentsReport {
  /** All of them are. */
  accepted: boolean;
  environments: EnvironmentReport[];
  /** What could not be read. */
  notes: string[];
}

/** `name`: of the only one to show, with its values. */
export function environmentsReport(
  environments: readonly Environment[],
  envs: readonly DynamicEnv[],
  name: string | undefined,
  notes: readonly string[],
): EnvironmentsReport {
  const byName = Object.fromEntries(environments.map((one) => [one.metadata.name, one]));
  const reports = environments
    .filter(({ metadata }) => name === undefined || metadata.name === name)
    .sort((a, b) => byText(a.metadata.name, b.metadata.name))
    .map((one): EnvironmentReport => {
      const accepted = acceptedCondition(one);
      const { description } = one.spec;
      const chain = chainOf(one.metadata.name, byName);
      const values = 'layers' in chain && name !== undefined ? layeredValues(chain.layers) : [];
      return {
        name: one.metadata.name,
        ...(description === undefined ? {} : { description }),
        accepted: isAccepted(one),
        reason: accepted?.reason ?? 'NoStatus',
        message: accepted?.message ?? NO_STATUS,
        chain: [...(one.status?.chain ?? [])],
        ...(values.length === 0 ? {} : { values }),
        ...usersOf(one.metadata.name, environments, envs),
      };
    });
  return {
    accepted: reports.every(({ accepted }) => accepted),
    environments: reports,
    notes: [...notes],
  };
}

const NO_STATUS =
  'it has no status yet: check that Metacontroller is running, and that the kind environment is installed';

export function environmentsTree(
  { environments, notes }: EnvironmentsReport,
  paint: Paint,
): string[] {
  return [
    ...(environments.length === 0 ? ['no Environments'] : []),
    ...environments.flatMap((one) => [titleOf(one, paint), ...linesOf(branchesOf(one, paint))]),
    ...notes.map((note) => paint('yellow', note)),
  ];
}

function titleOf({ name, accepted, reason, description }: EnvironmentReport, paint: Paint): string {
  const state = accepted
    ? paint('green', 'accepted')
    : `${paint('red', 'not accepted')}, ${reason}`;
  const purpose = description === undefined ? '' : `: ${description}`;
  return `${paint('bold', `Environment ${name}`)} is ${state}${purpose}`;
}

function branchesOf(report: EnvironmentReport, paint: Paint): Branch[] {
  const { accepted, message, chain, values = [], envs, children, envsOfChildren } = report;
  const line = (text: string, names: readonly string[]) =>
    names.length === 0 ? [] : [{ text: `${text} ${names.join(', ')}` }];
  const isUnused = [envs, children].every((names) => names.length === 0);
  return [
    ...(accepted ? [] : [{ text: paint('yellow', message) }]),
    ...(chain.length > 1 ? [{ text: `made of ${chain.join(' → ')}` }] : []),
    ...(values.length === 0
      ? []
      : [{ text: 'values', branches: values.map((one) => ({ text: variableText(one) })) }]),
    ...line('used by DynamicEnv', envs),
    ...line('extended by Environment', children),
    ...line('part of DynamicEnv', envsOfChildren),
    ...(isUnused ? [{ text: 'nobody uses it' }] : []),
  ];
}
