import type { Environment, EnvironmentStatus } from '../../api/environment.ts';
import { wrongShape } from '../../api/foreign-shapes.ts';
import type { Refusal } from '../../crd/refusal.ts';
import { condition, type Finding, no, yes } from '../../k8s/condition.ts';
import { cutText } from '../../k8s/cut-text.ts';
import type { KubeObject } from '../../k8s/object.ts';
import type { Chain, ChainProblem } from '../../overlay/chain.ts';

/** The API server accepts messages of up to 32,768 characters; nobody reads that much. */
const MAX_MESSAGE = 4096;

const REASONS = {
  Missing: 'ParentMissing',
  Cycle: 'Cycle',
  TooLong: 'ChainTooLong',
  Invalid: 'Invalid',
} as const satisfies Record<ChainProblem['problem'], string>;

/** What is known of an Environment. */
export interface Observed {
  /** What the API server would refuse of its spec. */
  refusals: readonly Refusal[];
  chain: Chain | ChainProblem;
  inUse: boolean;
}

/** The whole status. Equal decisions give equal bytes: the only time in it is that of the condition's last change. */
export function environmentStatus(
  environment: Environment,
  { refusals, chain, inUse }: Observed,
  now: Date,
): EnvironmentStatus {
  const { generation } = environment.metadata;
  const finding = accepted(refusals, chain);
  const { conditions } = readableStatus(environment);
  return {
    ...(generation === undefined ? {} : { observedGeneration: generation }),
    ...(finding.status === true && 'chain' in chain ? { chain: [...chain.chain] } : {}),
    inUse,
    conditions: [condition('Accepted', finding, conditions, generation, now)],
  };
}

function accepted(refusals: readonly Refusal[], chain: Chain | ChainProblem): Finding {
  if (refusals.length > 0) return no('Invalid', cutText(refusalTexts(refusals), MAX_MESSAGE));
  if ('problem' in chain) return no(REASONS[chain.problem], cutText(chain.message, MAX_MESSAGE));
  const text =
    chain.chain.length === 1
      ? 'DynamicEnvs can use it'
      : `DynamicEnvs can use it; it is overlaid in this order: ${chain.chain.join(', ')}`;
  return yes('Accepted', text);
}

function refusalTexts(refusals: readonly Refusal[]): string {
  return refusals
    .map(({ path = '', message }) => (path === '' ? message : `${path}: ${message}`))
    .join('; ');
}

/** The present status, from which the time of the condition is taken over. One that cannot be read counts as none. */
export function readableStatus({ status }: KubeObject & { status?: unknown }): EnvironmentStatus {
  const isReadable = wrongShape('EnvironmentStatus', status as object) === undefined;
  return isReadable ? (status as EnvironmentStatus) : {};
}
