import fc from 'fast-check';
import { ENVS, type EnvChoice, type EnvName, envChoice } from './env-choice.ts';
import {
  BASES,
  type BaseName,
  type BaseVariant,
  type MeshKind,
  RULES,
  SERVICES,
  VIRTUAL_SERVICES,
} from './manifests.ts';

/** How a user writes. `edit` reads the live object, adds a label, and writes everything back. */
const WRITERS = ['apply', 'argo', 'replace', 'patch', 'edit', 'recreate'] as const;
export type Writer = (typeof WRITERS)[number];

const FAULTS = [
  'hook error',
  'hook refused',
  'hook time-out',
  'env hooks fail',
  'route hooks fail',
  'customize fails',
  'webhook lost',
  'conflicts',
  'VirtualServices unwritable',
  'children unwritable',
  'clones crash',
] as const;
export type FaultName = (typeof FAULTS)[number];

/** Manual changes to our objects and marks. */
const TAMPERINGS = [
  'delete clones',
  'delete rules',
  'delete injections',
  'scale clones',
  'unmark children',
  'unmark routes',
  'break plan',
] as const;
export type Tampering = (typeof TAMPERINGS)[number];

export type BaseChange = keyof BaseVariant | 'delete' | 'restore';

export type Step =
  | { do: 'wait'; seconds: number }
  | { do: 'rest' }
  | { do: 'env'; env: EnvName; choice: EnvChoice }
  | { do: 'delete env'; env: EnvName }
  | { do: 'force removal'; env: EnvName }
  | { do: 'suspend'; env: EnvName; suspend: boolean }
  | { do: 'base'; name: BaseName; change: BaseChange; by: Writer }
  | { do: 'mesh'; kind: MeshKind; name: string; variant: number; by: Writer }
  | { do: 'remove'; kind: MeshKind; name: string }
  | { do: 'save'; name: string }
  | { do: 'restore'; name: string }
  | { do: 'fault'; fault: FaultName; seconds: number }
  | { do: 'tamper'; what: Tampering; env: EnvName };

const thousandths = (min: number, max: number) =>
  fc.integer({ min: min * 1000, max: max * 1000 }).map((ms) => ms / 1000);

/** Length of a wait: from less than one sync to much longer than a drain time, so that every phase occurs sometimes. */
const seconds = fc.oneof(
  { weight: 3, arbitrary: thousandths(0, 0.06) },
  { weight: 4, arbitrary: thousandths(0.05, 2) },
  { weight: 5, arbitrary: thousandths(1, 9) },
  { weight: 2, arbitrary: thousandths(8, 40) },
  { weight: 1, arbitrary: thousandths(40, 140) },
);

const env = fc.constantFrom(...ENVS);
const by = fc.constantFrom(...WRITERS);
const wait: fc.Arbitrary<Step> = fc.record({ do: fc.constant('wait' as const), seconds });

const mesh: fc.Arbitrary<{ kind: MeshKind; name: string }> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('VirtualService' as const),
      name: fc.constantFrom(...VIRTUAL_SERVICES),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('DestinationRule' as const),
      name: fc.constantFrom(...RULES),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('Service' as const),
      name: fc.constantFrom(...SERVICES),
    }),
  },
);

const envStep = fc.record({ do: fc.constant('env' as const), env, choice: envChoice });
const deleteEnv = fc.record({ do: fc.constant('delete env' as const), env });
const change = fc.constantFrom<BaseChange[]>(
  'image',
  'replicas',
  'label',
  'podLabel',
  'selector',
  'delete',
  'restore',
);
const baseStep = fc.record({
  do: fc.constant('base' as const),
  name: fc.constantFrom(...BASES),
  change,
  by,
});
const meshStep = fc
  .tuple(mesh, fc.nat(6), by)
  .map(([of, variant, writer]): Step => ({ do: 'mesh', ...of, variant, by: writer }));
const removeStep = mesh.map((of): Step => ({ do: 'remove', ...of }));
const copyStep = fc.record({
  do: fc.constantFrom('save' as const, 'restore' as const),
  name: fc.constantFrom(...VIRTUAL_SERVICES),
});
const faultStep = fc.record({
  do: fc.constant('fault' as const),
  fault: fc.constantFrom<FaultName[]>(...FAULTS, 'webhook lost'),
  seconds: thousandths(0.1, 40),
});
const crashStep = thousandths(0.1, 20).map(
  (time): Step => ({ do: 'fault', fault: 'clones crash', seconds: time }),
);
const tamperStep = fc.record({
  do: fc.constant('tamper' as const),
  what: fc.constantFrom(...TAMPERINGS),
  env,
});
const suspendStep = fc.record({ do: fc.constant('suspend' as const), env, suspend: fc.boolean() });
const forceStep = fc.record({ do: fc.constant('force removal' as const), env });
const rest = fc.constant<Step>({ do: 'rest' });

const action: fc.Arbitrary<Step> = fc.oneof(
  { weight: 10, arbitrary: envStep },
  { weight: 4, arbitrary: deleteEnv },
  { weight: 6, arbitrary: meshStep },
  { weight: 5, arbitrary: baseStep },
  { weight: 4, arbitrary: faultStep },
  { weight: 2, arbitrary: removeStep },
  { weight: 2, arbitrary: crashStep },
  { weight: 2, arbitrary: tamperStep },
  { weight: 2, arbitrary: copyStep },
  { weight: 1, arbitrary: rest },
  { weight: 1, arbitrary: forceStep },
  { weight: 3, arbitrary: suspendStep },
);

/** After each action the run waits. Shrinking may remove the wait. */
const life: fc.Arbitrary<Step[]> = fc
  .array(fc.tuple(action, wait), { minLength: 1, maxLength: 12, size: 'max' })
  .map((pairs) => pairs.flat());

/** Most runs begin with an env that may have just become ready. Otherwise there would be little to lose. */
const birth: fc.Arbitrary<Step[]> = fc
  .record({ choice: envChoice, seconds: thousandths(5, 20) })
  .map(({ choice, seconds: time }) => [
    { do: 'env', env: 'al', choice },
    { do: 'wait', seconds: time },
  ]);

export const steps: fc.Arbitrary<Step[]> = fc
  .tuple(fc.oneof({ weight: 1, arbitrary: fc.constant([]) }, { weight: 3, arbitrary: birth }), life)
  .map((parts) => parts.flat());

export function stepText(step: Step): string {
  const { do: verb, ...rest } = step;
  const words = Object.entries(rest).map(([key, value]) => `${key}=${JSON.stringify(value)}`);
  return [verb, ...words].join(' ');
}
