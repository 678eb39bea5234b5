import type { FlagsFor } from '../../../src/hooks/flag.ts';
import { text } from '../../../src/hooks/flag-values.ts';
import type { Kind } from '../../../src/hooks/kind.ts';
import { definedKind } from '../../../src/simulator/discovery.ts';
import { NOTE_CONTROLLER, NOTE_HOOKS, type NoteSettings } from './hooks.ts';

/** The least that a kind has: a ConfigMap for each Note. It shows what a further kind costs: this file and its hooks. */
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

/** What a cluster with its CustomResourceDefinition serves. */
export const SERVED_NOTE = definedKind({
  metadata: { name: 'notes.example.com' },
  spec: {
    group: 'example.com',
    scope: 'Namespaced',
    names: { kind: 'Note', plural: 'notes' },
    versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: {} } }],
  },
});
