import type { PlannedMerge } from '../../../../src/virtualservice/routes/merge-codec.ts';
import { deepFreeze } from '../../../support/objects.ts';

/** A planned merge of namespace shop. Its uid is its name. */
export function merge(name: string, rest: Partial<PlannedMerge> = {}): PlannedMerge {
  return deepFreeze({
    group: 'istiomerger.monime.sl',
    namespace: 'shop',
    name,
    uid: name,
    generation: 1,
    created: '2026-01-01T00:00:00Z',
    ...rest,
  });
}

/** An http route for a header, as the author of a merge writes it. */
export const routeTo = (host: string, name?: string) => ({
  ...(name === undefined ? {} : { name }),
  match: [{ headers: { branch: { exact: host } } }],
  route: [{ destination: { host } }],
});

export const streamTo = (host: string, port = 5432) => ({
  match: [{ port }],
  route: [{ destination: { host } }],
});
