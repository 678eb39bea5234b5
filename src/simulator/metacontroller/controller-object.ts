import type {
  CompositeDefinition,
  ControllerDefinition,
  DecoratorDefinition,
  ParentResource,
} from '../../hooks/controller.ts';
import { canonicalJson } from '../../k8s/canonical.ts';
import { fieldsOf, toFieldsV1 } from '../api-server/field-set.ts';
import type { LocalObject } from '../object.ts';

/** The service's address in the cluster. The simulator calls the paths behind it. */
const ADDRESS = 'http://dynamicenv.dynamicenv.svc:8080';
export const RESYNC_SECONDS = 60;

function hook(path: string) {
  return { version: 'v2', webhook: { url: ADDRESS + path } };
}

function hooks({ customize, sync, finalize }: ControllerDefinition['hooks']) {
  return {
    customize: hook(customize),
    sync: hook(sync),
    ...(finalize !== undefined && { finalize: hook(finalize) }),
  };
}

/** Without `ignoreStatusChanges`: the recorded controllers (test/fixtures/recorded) had none, and no hook reads it. */
function parent({ apiVersion, resource, labelSelector }: ParentResource) {
  return { apiVersion, resource, ...(labelSelector && { labelSelector }) };
}

function compositeSpec({
  parentResource,
  childResources,
  hooks: paths,
  generateSelector = true,
}: CompositeDefinition) {
  const updateStrategy = { method: 'InPlace', statusChecks: {} };
  return {
    parentResource: parent(parentResource),
    childResources: childResources.map((child) => ({ ...child, updateStrategy })),
    hooks: hooks(paths),
    resyncPeriodSeconds: RESYNC_SECONDS,
    generateSelector,
  };
}

function decoratorSpec({ resources, attachments, hooks: paths }: DecoratorDefinition) {
  const updateStrategy = { method: 'InPlace' };
  const attached = attachments.map((attachment) => ({ ...attachment, updateStrategy }));
  return {
    resources: resources.map(parent),
    ...(attached.length > 0 && { attachments: attached }),
    hooks: hooks(paths),
    resyncPeriodSeconds: RESYNC_SECONDS,
  };
}

/**
 * A controller as every hook request carries it: as stored after `kubectl apply`. `number` (from 1) is the last part of
 * its uid, `time` (RFC 3339) when it was created.
 */
export function controllerObject(
  definition: ControllerDefinition,
  number: number,
  time: string,
): LocalObject {
  const { kind, name } = definition;
  const isComposite = definition.kind === 'CompositeController';
  const spec = isComposite ? compositeSpec(definition) : decoratorSpec(definition);
  const apiVersion = 'metacontroller.k8s.io/v1alpha1';
  const applied = canonicalJson({ apiVersion, kind, metadata: { annotations: {}, name }, spec });
  const annotations = { 'kubectl.kubernetes.io/last-applied-configuration': `${applied}\n` };
  const object: LocalObject = { apiVersion, kind, metadata: { name, annotations }, spec };
  const entry = {
    manager: 'kubectl-client-side-apply',
    operation: 'Update',
    apiVersion,
    time,
    fieldsType: 'FieldsV1',
    fieldsV1: toFieldsV1(fieldsOf(object, false, true).keys()),
  };
  const uid = `00000000-0000-4000-a000-${String(number).padStart(12, '0')}`;
  const system = { uid, resourceVersion: '1', generation: 1, creationTimestamp: time };
  const metadata = { name, ...system, annotations, managedFields: [entry] };
  return { kind, apiVersion, metadata, spec, status: {} };
}
