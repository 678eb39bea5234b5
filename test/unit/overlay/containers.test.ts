import { describe, expect, it } from '@jest/globals';
import type { Container, EnvVar } from '../../../src/k8s/workload.ts';
import { overlayContainers } from '../../../src/overlay/containers.ts';
import { layered } from '../../../src/overlay/layered.ts';
import type { Layer } from '../../../src/overlay/types.ts';
import { deepFreeze } from '../../support/objects.ts';

const secret = (key: string, optional?: boolean) => ({
  secretKeyRef: { name: 's', key, ...(optional !== undefined && { optional }) },
});

/** Parses variables that are written as `A=1 B=$(A) C=@key` (`@`: from a Secret, `@?`: optional). */
function env(text: string): EnvVar[] {
  return text
    .split(' ')
    .filter((one) => one !== '')
    .map((one) => {
      const [name = '', value = ''] = one.split('=');
      if (value.startsWith('@?')) return { name, valueFrom: secret(value.slice(2), true) };
      return value.startsWith('@') ? { name, valueFrom: secret(value.slice(1)) } : { name, value };
    });
}

function text({ env: variables = [] }: Container): string {
  return variables
    .map(({ name, value, valueFrom }) => {
      const { key = '', optional = false } = valueFrom?.secretKeyRef ?? {};
      return `${name}=${value ?? `@${optional ? '?' : ''}${key}`}`;
    })
    .join(' ');
}

/** A layer that is written as variables; `!A`: unset. */
function layer(name: string, said: string): Layer {
  const names = said.split(' ').filter((one) => one.startsWith('!'));
  const all = env(said).filter(({ name: one }) => !one.startsWith('!'));
  return {
    name,
    vars: Object.fromEntries(
      all.flatMap((one) => (one.value === undefined ? [] : [[one.name, one.value]])),
    ),
    secrets: all.flatMap((one) =>
      one.valueFrom?.secretKeyRef
        ? [{ name: one.name, secretKeyRef: { name: 's', ...one.valueFrom.secretKeyRef } }]
        : [],
    ),
    unset: names.map((one) => one.slice(1)),
  };
}

const FROM = [{ configMapRef: { name: 'shared' } }];

interface Case {
  env: string;
  envFrom?: boolean;
  declared?: string[];
  dev?: string;
  qa: string;
  /** The variables after the overlay; absent: the container is the same. */
  gives?: string;
  /** `VARIABLE` or `VARIABLE:layer` if it is not qa. */
  differs?: string;
}

describe('a container with layers', () => {
  it.each<[string, Case]>([
    ['a declared variable', { env: 'A=1 B=2', qa: 'A=3', gives: 'A=3 B=2', differs: 'A' }],
    ['the same value', { env: 'A=1 B=2', qa: 'A=1' }],
    [
      'the same value of a variable that the base refers to too early',
      { env: 'B=$(A) A=1', qa: 'A=1' },
    ],
    [
      'the same value beside another one',
      { env: 'B=$(A) A=1 C=1', qa: 'A=1 C=2', gives: 'B=$(A) A=1 C=2', differs: 'C' },
    ],
    ['a variable that it does not declare', { env: 'A=1', qa: 'B=2' }],
    ['no variables at all', { env: '', qa: 'B=2' }],
    [
      'a later layer',
      { env: 'A=1 B=1', dev: 'A=2 B=2', qa: 'A=3', gives: 'A=3 B=2', differs: 'A B:dev' },
    ],
    ['a secret', { env: 'A=1', qa: 'A=@k', gives: 'A=@k', differs: 'A' }],
    ['the same secret', { env: 'A=@k', qa: 'A=@k' }],
    ['another key', { env: 'A=@k', qa: 'A=@l', gives: 'A=@l', differs: 'A' }],
    ['an optional key', { env: 'A=@k', qa: 'A=@?k', gives: 'A=@?k', differs: 'A' }],
    ['the same optional key', { env: 'A=@?k', qa: 'A=@?k' }],
    [
      'an optional key after a value of the same name',
      { env: 'A=1 A=@?k', qa: 'A=@?k', gives: 'A=@?k', differs: 'A' },
    ],
    ['unset', { env: 'A=1 B=2', qa: '!A', gives: 'B=2', differs: 'A' }],
    ['unset of the only one', { env: 'A=1', qa: '!A', gives: '', differs: 'A' }],
    ['unset of what it does not have', { env: 'A=1', qa: '!B' }],
    [
      'unset of an earlier layer, too',
      { env: 'A=1', dev: 'A=2', qa: '!A', gives: '', differs: 'A' },
    ],
    ['an empty value is a value', { env: 'A=1', qa: 'A=', gives: 'A=', differs: 'A' }],
    ['a missing value is an empty one', { env: 'A=', qa: 'A=' }],
    ['a name twice: the last one counts', { env: 'A=1 A=2', qa: 'A=2' }],
    ['a name twice, both replaced', { env: 'A=2 A=1', qa: 'A=2', gives: 'A=2', differs: 'A' }],
    // References.
    [
      'what refers to it differs, too',
      { env: 'A=1 U=x/$(A)', qa: 'A=2', gives: 'A=2 U=x/$(A)', differs: 'A U' },
    ],
    [
      'over several steps',
      {
        env: 'A=1 B=$(A) C=$(B)',
        dev: 'A=2',
        qa: 'X=1',
        gives: 'A=2 B=$(A) C=$(B)',
        differs: 'A:dev B:dev C:dev',
      },
    ],
    [
      'what refers to an unset one',
      { env: 'A=1 U=$(A)', qa: '!A', gives: 'U=$(A)', differs: 'A U' },
    ],
    ['what refers to the same value in other words', { env: 'A=1 U=x1', qa: 'U=x$(A)' }],
    [
      'a change that another one takes back',
      { env: 'A=1 U=$(A)2', qa: 'A=12 U=$(A)', gives: 'A=12 U=$(A)', differs: 'A' },
    ],
    ['a reference to a secret', { env: 'P=@k U=u:$(P)', qa: 'U=u:$(P)' }],
    [
      'a reference to another secret',
      { env: 'P=@k U=u:$(P)', qa: 'P=@l', gives: 'P=@l U=u:$(P)', differs: 'P U' },
    ],
    ['an escaped one', { env: 'A=1 U=$$(A)', qa: 'A=2', gives: 'A=2 U=$$(A)', differs: 'A' }],
    ['a later one is not resolved', { env: 'U=$(A)', qa: 'U=$(A)' }],
    [
      'added, because a wanted value refers to it',
      { env: 'X=1 U=x', qa: 'U=pg://$(H) H=h', gives: 'X=1 H=h U=pg://$(H)', differs: 'U' },
    ],
    [
      'added over several steps',
      { env: 'U=x', dev: 'P=1', qa: 'U=$(H) H=h:$(P)', gives: 'P=1 H=h:$(P) U=$(H)', differs: 'U' },
    ],
    [
      'added from a secret',
      { env: 'U=x', qa: 'U=u:$(P) P=@k', gives: 'P=@k U=u:$(P)', differs: 'U' },
    ],
    ['not added if the value is the same', { env: 'U=pg://h', qa: 'U=pg://$(H) H=h' }],
    [
      'not added if only the base refers to it',
      { env: 'U=$(H) A=1', qa: 'H=h A=2', gives: 'U=$(H) A=2', differs: 'A' },
    ],
    [
      'an added one changes what the base refers to',
      { env: 'V=$(H) U=x', qa: 'U=$(H) H=h', gives: 'H=h V=$(H) U=$(H)', differs: 'U V' },
    ],
    [
      'unset ones are not added',
      { env: 'U=x', dev: 'H=h', qa: 'U=$(H) !H', gives: 'U=$(H)', differs: 'U' },
    ],
    [
      'references in a cycle',
      { env: 'A=1 B=2', qa: 'A=$(B) B=$(A)', gives: 'A=$(B) B=$(A)', differs: 'A B' },
    ],
    ['its own name', { env: 'A=$(A)', qa: 'A=$(A)' }],
    [
      'the layer of the nearest one',
      {
        env: 'A=1 B=1 U=$(A)$(B)',
        dev: 'B=2',
        qa: 'A=1',
        gives: 'A=1 B=2 U=$(A)$(B)',
        differs: 'B:dev U:dev',
      },
    ],
    // Declared by the annotation.
    [
      'comes by envFrom',
      { env: 'X=1', envFrom: true, declared: ['A'], qa: 'A=2', gives: 'X=1 A=2', differs: 'A' },
    ],
    ['comes otherwise', { env: 'X=1', declared: ['A'], qa: 'A=2', gives: 'X=1 A=2', differs: 'A' }],
    [
      'even if it refers to what is there',
      { env: '', envFrom: true, declared: ['A'], qa: 'A=$(A)', gives: 'A=$(A)', differs: 'A' },
    ],
    [
      'stands before what refers to it',
      {
        env: 'U=$(A)',
        envFrom: true,
        declared: ['A'],
        qa: 'A=2',
        gives: 'A=2 U=$(A)',
        differs: 'A U',
      },
    ],
    [
      'several are sorted',
      {
        env: '',
        declared: ['C', 'A', 'B'],
        qa: 'B=1 C=2 A=3',
        gives: 'A=3 B=1 C=2',
        differs: 'A B C',
      },
    ],
    ['declared, and not set by a layer', { env: 'A=1', envFrom: true, declared: ['B'], qa: 'C=1' }],
  ])('%s', (_, { env: base, envFrom, declared = [], dev = '', qa, gives, differs = '' }) => {
    const container = { name: 'app', env: env(base), ...(envFrom && { envFrom: FROM }) };
    const layers = layered([layer('dev', dev), layer('qa', qa)]);
    const overlaid = overlayContainers(deepFreeze({ containers: [container] }), layers, declared);
    const [found] = overlaid.containers;
    if (gives === undefined) expect(found).toBe(container);
    else expect(found).toEqual({ ...container, env: gives === '' ? undefined : env(gives) });
    expect(found && text(found)).toBe(gives ?? base);
    expect(
      overlaid.differences.map(({ container: name, variable, layer: one }) => [
        name,
        variable,
        one,
      ]),
    ).toEqual(
      differs
        .split(' ')
        .filter((one) => one !== '')
        .map((one) => ['app', one.split(':')[0], one.split(':')[1] ?? 'qa']),
    );
    expect(overlaid.warnings).toEqual([]);
  });
});

describe('the containers of a pod', () => {
  const from = { name: 'from', env: env('B=1'), envFrom: FROM };
  const plain = { name: 'plain', env: env('A=1') };
  const init = { name: 'init', env: env('A=1'), envFrom: FROM };
  const layers = layered([layer('qa', 'A=2')]);

  it('are told apart; those without a difference are the same objects', () => {
    const pod = { containers: [from, plain], initContainers: [init] };
    const overlaid = overlayContainers(deepFreeze(pod), layers, []);
    expect(overlaid).toEqual({
      containers: [from, { ...plain, env: env('A=2') }],
      initContainers: [{ ...init, env: env('A=2') }],
      overridden: [],
      differences: [
        { container: 'plain', variable: 'A', layer: 'qa' },
        { container: 'init', variable: 'A', layer: 'qa' },
      ],
      warnings: [],
    });
    expect(overlaid.containers[0]).toBe(from);
  });

  it('declare what the annotation names if they have envFrom', () => {
    const { containers } = overlayContainers({ containers: [plain, from] }, layers, ['A']);
    expect(containers.map(text)).toEqual(['A=2', 'B=1 A=2']);
    const others = overlayContainers({ containers: [{ name: 'x' }, { name: 'y' }] }, layers, ['A']);
    expect(others.containers.map(text)).toEqual(['A=2', '']);
  });

  it('have no init containers afterwards if they had none', () => {
    expect(overlayContainers({ containers: [plain] }, layers, [])).not.toHaveProperty(
      'initContainers',
    );
  });

  it('tell what cannot be removed', () => {
    const pod = {
      containers: [plain, from],
      initContainers: [{ ...from, name: 'i', env: env('A=1') }],
    };
    const { containers, differences, warnings } = overlayContainers(
      pod,
      layered([layer('qa', '!A !B')]),
      ['A', 'C'],
    );
    expect(containers.map(text)).toEqual(['', '']);
    expect(differences.map(({ container, variable }) => `${container} ${variable}`)).toEqual([
      'plain A',
      'from B',
      'i A',
    ]);
    expect(warnings).toEqual([
      'container from: "qa" unsets A, but what comes by envFrom cannot be removed; set it to another value instead',
      'container i: "qa" unsets A, but what comes by envFrom cannot be removed; set it to another value instead',
    ]);
    const other = overlayContainers({ containers: [{ name: 'x' }] }, layered([layer('qa', '!A')]), [
      'A',
    ]);
    expect(other.differences).toEqual([]);
    expect(other.warnings).toEqual([
      'container x: "qa" unsets A, but env has no entry of it that could be removed',
    ]);
  });
});

interface OverriddenCase {
  env: string;
  /** What comes on top, one list after the other. */
  own: string[];
  qa: string;
  gives?: string;
  differs?: string;
  overridden?: string;
}

describe('a container with layers, and variables on top of them', () => {
  it.each<[string, OverriddenCase]>([
    [
      'one that the layers set, too: it decides',
      { env: 'A=1', own: ['A=mine'], qa: 'A=2', gives: 'A=2', overridden: 'A' },
    ],
    [
      'one that another refers to: it decides both',
      {
        env: 'A=1 U=x/$(A)',
        own: ['A=mine'],
        qa: 'A=2',
        gives: 'A=2 U=x/$(A)',
        overridden: 'A U',
      },
    ],
    [
      'one of two that another refers to: the layer decides, too',
      {
        env: 'A=1 B=1 U=$(A)$(B)',
        own: ['A=mine'],
        qa: 'A=2 B=2',
        gives: 'A=2 B=2 U=$(A)$(B)',
        differs: 'B U',
        overridden: 'A',
      },
    ],
    [
      'one that the layers unset',
      { env: 'A=1 B=1', own: ['A=mine'], qa: '!A', gives: 'B=1', overridden: 'A' },
    ],
    [
      'one that refers to a variable of the layers: that comes along',
      { env: 'X=1', own: ['U=$(A)'], qa: 'A=2 C=3', gives: 'X=1 A=2', differs: 'U' },
    ],
    [
      'one that refers over several steps',
      { env: '', own: ['U=$(A)'], qa: 'A=$(B) B=2', gives: 'B=2 A=$(B)', differs: 'U' },
    ],
    ['one that refers to what the layers unset', { env: '', own: ['U=$(A)'], qa: '!A' }],
    ['one that refers to another one on top', { env: '', own: ['A=1 U=$(A)'], qa: 'B=2' }],
    [
      'one that another list replaces',
      { env: 'A=1', own: ['A=$(B)', 'A=mine'], qa: 'A=2', gives: 'A=2', overridden: 'A' },
    ],
    ['one that the layers do not name', { env: 'A=1', own: ['X=1'], qa: 'B=2' }],
    [
      'one that equals the base',
      { env: 'A=1', own: ['A=1'], qa: 'A=2', gives: 'A=2', overridden: 'A' },
    ],
  ])('%s', (_, { env: base, own, qa, gives, differs = '', overridden = '' }) => {
    const container = deepFreeze({ name: 'app', env: env(base) });
    const found = overlayContainers(
      { containers: [container] },
      layered([layer('qa', qa)]),
      [],
      () => own.map(env),
    );
    const [after] = found.containers;
    if (gives === undefined) expect(after).toBe(container);
    else expect(text(after ?? container)).toBe(gives);
    expect(found.differences.map(({ variable }) => variable).join(' ')).toBe(differs);
    expect(found.differences.every((one) => one.layer === 'qa')).toBe(true);
    expect(found.overridden.map(({ variable }) => variable).join(' ')).toBe(overridden);
  });
});

describe('the cost', () => {
  const many = (count: number, one: (index: number) => EnvVar) =>
    Array.from({ length: count }, (_, i) => one(i));
  const doubling = (first: string) => [
    { name: 'A0', value: first },
    ...many(60, (i) => ({ name: `A${i + 1}`, value: `$(A${i})$(A${i})` })),
  ];
  it.each<[string, EnvVar[], string, number]>([
    ['variables that double', doubling('x'), 'A0=y', 61],
    ['variables that double nothing', doubling(''), 'A0=$(A0)', 61],
    ['too long values that are built as before', doubling('x'), 'A0=x A60=$(A59)$(A59)', 0],
    [
      'one name many times',
      [
        ...many(3000, () => ({ name: 'A' })),
        ...many(3000, (i) => ({ name: `B${i}`, value: '$(A)' })),
      ],
      'B1=$(B2)',
      0,
    ],
    [
      'a long chain',
      many(20_000, (i) => ({ name: `A${i}`, value: `$(A${i - 1})` })),
      'A0=y',
      20_000,
    ],
    [
      'a long cycle',
      many(20_000, (i) => ({ name: `A${i}`, value: `$(A${(i + 1) % 20_000})` })),
      'A0=y$(A1)',
      2,
    ],
    [
      'references without an end',
      many(40, (i) => ({ name: `A${i}`, value: '$('.repeat(16_000) })),
      'A0=y',
      1,
    ],
  ])('%s', (_, variables, qa, differences) => {
    const layers = layered([layer('qa', qa)]);
    const found = overlayContainers({ containers: [{ name: 'app', env: variables }] }, layers, []);
    expect(found.differences).toHaveLength(differences);
  });
});
