import { jsonEqual } from '../k8s/canonical.ts';
import type { CustomResourceDefinition, Schema } from './types.ts';

const ANY: Schema = {};
const TEXT: Schema = { type: 'string' };
const TEXTS: Schema = { type: 'object', additionalProperties: TEXT };

/**
 * metav1.ObjectMeta, as far as authors write it. The API server itself checks it for every kind, so a CRD may not
 * declare it.
 */
const OBJECT_META: Schema = {
  type: 'object',
  description: 'the name and the labels of the object',
  required: ['name'],
  properties: {
    name: {
      type: 'string',
      description: 'lower-case letters, digits, - and .',
      maxLength: 253,
      pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?([.][a-z0-9]([-a-z0-9]*[a-z0-9])?)*$',
    },
    namespace: TEXT,
    labels: TEXTS,
    annotations: TEXTS,
    finalizers: { type: 'array', items: TEXT },
    ownerReferences: ANY,
    generateName: ANY,
    uid: ANY,
    resourceVersion: ANY,
    generation: ANY,
    creationTimestamp: ANY,
    deletionTimestamp: ANY,
    deletionGracePeriodSeconds: ANY,
    managedFields: ANY,
    selfLink: ANY,
  },
};

/**
 * The schema of the stored version, with the fields that the API server requires of every object: apiVersion, kind and
 * metadata. Other served versions with the same schema may be written, too.
 */
export function objectSchema({ metadata, spec }: CustomResourceDefinition): Schema {
  const version = spec.versions.find(({ storage }) => storage);
  if (!version) throw new Error(`${metadata.name} has no version with storage: true`);
  const schema = version.schema.openAPIV3Schema;
  const versions = spec.versions.filter(
    (one) => one === version || (one.served && jsonEqual(one.schema, version.schema)),
  );
  return {
    ...schema,
    required: ['apiVersion', 'kind', 'metadata', ...(schema.required ?? [])],
    properties: {
      ...schema.properties,
      apiVersion: { type: 'string', enum: versions.map(({ name }) => `${spec.group}/${name}`) },
      kind: { type: 'string', enum: [spec.names.kind] },
      metadata: OBJECT_META,
    },
  };
}
