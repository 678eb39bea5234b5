import { DEFAULT, HEADER, VERSIONS } from './world.ts';

/** Upstream's end-to-end table: the header of the request, and the versions that answer for js, go and java. */
export const TABLE = [
  { header: 'dev.proj1', versions: ['dev.proj1', 'dev', 'dev.proj1'] },
  { header: 'dev.proj1.feature1', versions: ['dev.proj1', 'dev', 'dev.proj1.feature1'] },
  { header: 'dev.proj2', versions: ['dev', 'dev.proj2', 'dev'] },
  { header: 'dev', versions: ['dev', 'dev', 'dev'] },
  { header: undefined, versions: ['dev', 'dev', 'dev'] },
] as const;

/** Values of the header that are sent to every Service: every version, what is near to one, and what no label can be. */
export function values(): string[] {
  const known = [...new Set(Object.values(VERSIONS).flat())];
  const near = known.flatMap((value) => [
    value,
    `${value}.`,
    `${value}.user1`,
    `${value}.user1.x`,
    `${value}x`,
    `${value}-x`,
    `${value}_x`,
    `${value}/x`,
    `${value},x`,
    `${value} x`,
    `${value}.ü`,
    `x${value}`,
    `.${value}`,
    value.toUpperCase(),
    value.replaceAll('.', '-'),
    value.replaceAll('.', 'X'),
    value.slice(0, -1),
  ]);
  return [
    ...new Set([...near, 'x', '.', '..', '*', 'prod', 'dév', '開発', `dev.${'x'.repeat(3000)}`]),
  ];
}

/** Headers of which one is sent twice, or that are empty. */
export const REPEATED: readonly (readonly [string, string][])[] = [
  [[HEADER, '']],
  [
    [HEADER, 'dev.proj1'],
    [HEADER, 'dev.proj-ab'],
  ],
  [
    [HEADER, 'dev.proj-ab'],
    [HEADER, 'dev.proj1'],
  ],
  [
    [HEADER, 'nobody'],
    [HEADER, 'dev.proj1.feature1'],
  ],
  [
    [HEADER, ''],
    [HEADER, 'dev.proj1'],
  ],
];

/** The version that must answer, by the rule in the documentation; undefined: any of the Service's. */
export function wanted(service: string, value: string | undefined): string | undefined {
  const versions = VERSIONS[service] ?? [];
  const found = versions
    .filter((version) => value === version || value?.startsWith(`${version}.`))
    .sort((one, other) => other.length - one.length)[0];
  return found ?? (versions.includes(DEFAULT) ? DEFAULT : undefined);
}

/** Values of the aliases, and the version of java that must answer. */
export const ALIASED = [
  { name: 'x-plain', value: 'dev.proj1', version: 'dev.proj1' },
  { name: 'x-plain', value: 'dev.proj1.user1', version: 'dev.proj1' },
  { name: 'x-plain', value: 'dev.proj1.feature1', version: 'dev.proj1.feature1' },
  { name: 'x-plain', value: 'dev.proj10', version: 'dev' },
  { name: 'x-tag', value: 'env=dev.proj1', version: 'dev.proj1' },
  { name: 'x-tag', value: 'env=dev.proj1;x=y', version: 'dev.proj1' },
  { name: 'x-tag', value: 'env=dev.proj1.user1;x=y', version: 'dev.proj1' },
  { name: 'x-tag', value: 'env=dev.proj1.feature1', version: 'dev.proj1.feature1' },
  // A dot of the version is a dot.
  { name: 'x-tag', value: 'env=devXproj1.feature1', version: 'dev' },
  { name: 'x-tag', value: 'env=dev.proj1Xfeature1', version: 'dev' },
  { name: 'x-tag', value: 'env=dev.proj10', version: 'dev' },
  { name: 'x-tag', value: 'env=dev.proj1 ;', version: 'dev' },
  { name: 'x-tag', value: 'dev.proj1', version: 'dev' },
  { name: 'x-tag', value: ' env=dev.proj1', version: 'dev.proj1' },
  { name: 'x-tag', value: 'env=dev.proj1.ü', version: 'dev' },
  { name: 'x-open', value: 'dev.proj1', version: 'dev.proj1' },
  { name: 'x-open', value: 'dev.proj1; and more', version: 'dev.proj1' },
  { name: 'x-open', value: 'dev.proj1.feature1,x', version: 'dev.proj1.feature1' },
  { name: 'x-open', value: 'dev.proj10', version: 'dev' },
  { name: 'x-open', value: 'dev.proj1-feature1', version: 'dev' },
  { name: 'x-refused', value: 'dev.proj1', version: 'dev' },
] as const;
