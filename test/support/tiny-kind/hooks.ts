import { CONTROLLER_UID_LABEL } from '../../../src/api/marks.ts';
import type { CompositeDefinition } from '../../../src/hooks/controller.ts';
import { compositeHooks } from '../../../src/hooks/controller-hooks.ts';
import type { Hook } from '../../../src/hooks/hook.ts';
import type { Service } from '../../../src/hooks/service.ts';
import type {
  CompositeRequest,
  CompositeResponse,
  CustomizeRequest,
  CustomizeResponse,
  ObjectMap,
} from '../../../src/hooks/types.ts';
import type { KubeObject } from '../../../src/k8s/object.ts';

/** A controller with a namespaced parent, one child in the parent's namespace, and a finalizer. */
export const NOTE_CONTROLLER: CompositeDefinition = {
  kind: 'CompositeController',
  name: 'note',
  parentResource: { apiVersion: 'example.com/v1', resource: 'notes' },
  childResources: [{ apiVersion: 'v1', resource: 'configmaps' }],
  hooks: { customize: '/note/customize', sync: '/note/sync', finalize: '/note/finalize' },
};

export interface NoteSettings {
  notePrefix: string;
}

type Note = KubeObject & { spec?: { text?: string } };

export const NOTE_HOOKS: readonly Hook<Service<NoteSettings>>[] = compositeHooks(NOTE_CONTROLLER, {
  customize: customizeNote,
  sync: syncNote,
  finalize: finalizeNote,
});

/**
 * Asks for the ConfigMap as a related object, too. This shows a ConfigMap of that name that is not a child of the
 * Note.
 */
function customizeNote({ parent }: CustomizeRequest): CustomizeResponse {
  const { namespace = '' } = parent.metadata;
  const names = [childName(parent)];
  return { relatedResources: [{ apiVersion: 'v1', resource: 'configmaps', namespace, names }] };
}

/**
 * If the Note owned a ConfigMap before Metacontroller was installed, this ConfigMap lacks the label by which
 * Metacontroller finds children. Metacontroller then releases it before it calls the hook, and a create of the same
 * name would fail. So the answer does not contain it, and the status says what to do.
 */
function syncNote(
  { parent, children, related }: CompositeRequest,
  { config }: Service<NoteSettings>,
): CompositeResponse {
  const note: Note = parent;
  const isForeign = find(related, note) !== undefined && find(children, note) === undefined;
  if (isForeign) {
    const label = `${CONTROLLER_UID_LABEL}=${note.metadata.uid}`;
    const message = `ConfigMap ${childName(note)} is not this Note's: give it the label ${label}`;
    return { status: { state: 'blocked', message }, children: [] };
  }
  const child = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: childName(note), namespace: note.metadata.namespace ?? '' },
    data: { text: config.notePrefix + (note.spec?.text ?? '') },
  };
  return { status: { state: 'written' }, children: [child] };
}

/** The finalizer stays until the child is no longer among the observed children. */
function finalizeNote({ parent, children }: CompositeRequest): CompositeResponse {
  const finalized = find(children, parent) === undefined;
  return { status: { state: 'leaving' }, children: [], finalized };
}

function find(objects: ObjectMap, note: KubeObject): KubeObject | undefined {
  const { namespace = '' } = note.metadata;
  return objects['ConfigMap.v1']?.[`${namespace}/${childName(note)}`];
}

function childName({ metadata }: KubeObject): string {
  return `${metadata.name}-text`;
}
