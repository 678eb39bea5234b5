import type { FlagsFor } from '../../../src/hooks/flag.ts';
import { text } from '../../../src/hooks/flag-values.ts';
import type { Kind } from '../../../src/hooks/kind.ts';
import { definedKind } from '../../../src/simulator/discovery.ts';
import { NOTE_CONTROLLER, NOTE_HOOKS, type NoteSettings } from './hooks.ts';

/** The smallest possible kind: one ConfigMap for each Note. It shows what a new kind needs: this file and its hooks. */
export const NOTE = {
  name: 'note',
  isOptional: true,
  crds: [],
  flags: {
    notePrefix: text('note-prefix', 'TEXT', '', 'what every note begins with'),
  } satisfies FlagsFor<NoteSettings>,
  controller: () => NOTE_CONTROLLER,
  hooks: async () => NOTE_HOOKS,
} as const satisfies Kind<NoteSettings>;

/** What the API server serves for the CustomResourceDefinition of Note. */
export const SERVED_NOTE = definedKind({
  metadata: { name: 'notes.example.com' },
  spec: {
    group: 'example.com',
    scope: 'Namespaced',
    names: { kind: 'Note', plural: 'notes' },
    versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: {} } }],
  },
});
