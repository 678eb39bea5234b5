import type { Check } from './check.ts';

/** A namespace is read through a MeshIndex that is missing or cannot be read: it would look as if it had no Services. */
export const meshIndexMissing: Check = ({ view }) => {
  const messages = view.problems();
  return messages.length === 0
    ? undefined
    : {
        reason: 'NoMeshIndex',
        messages,
        until: 'the MeshIndex can be read',
        waiting: 'waiting for a MeshIndex that can be read',
      };
};
