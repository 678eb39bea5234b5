import { expect, it } from '@jest/globals';
import type { ManagedFieldsEntry } from '../../../src/k8s/object.ts';
import { lastWritten } from '../../../src/k8s/written.ts';

const EARLY = '2026-01-01T00:00:00Z';
const LATE = '2026-01-01T00:00:01Z';

it.each<[string, ManagedFieldsEntry[] | undefined, string | undefined]>([
  ['no notes', undefined, undefined],
  ['none', [], undefined],
  ['one', [{ time: EARLY }], EARLY],
  ['the latest of several writes', [{ time: EARLY }, { time: LATE }, { time: EARLY }], LATE],
  [
    'writes of the status do not count',
    [{ time: EARLY }, { time: LATE, subresource: 'status' }],
    EARLY,
  ],
  ['an empty subresource counts as none', [{ time: EARLY, subresource: '' }], EARLY],
  ['without a time', [{ manager: 'kubectl' }], undefined],
  ['an unreadable time', [{ time: 'soon' }, { time: EARLY }], EARLY],
])('%s', (_what, managedFields, expected) => {
  const metadata = { name: 'x', ...(managedFields === undefined ? {} : { managedFields }) };
  expect(lastWritten({ apiVersion: 'v1', kind: 'Service', metadata })).toBe(expected);
});
