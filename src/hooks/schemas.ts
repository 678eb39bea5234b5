/** JSON Schemas of what Metacontroller (hook version v2) and the API server send; they require only the fields that are read here. */

const META = {
  type: 'object',
  required: ['name'],
  properties: {
    name: { type: 'string', minLength: 1 },
    namespace: { type: 'string' },
    uid: { type: 'string' },
    labels: { type: 'object', additionalProperties: { type: 'string' } },
    annotations: { type: 'object', additionalProperties: { type: 'string' } },
    ownerReferences: { type: 'array', items: { type: 'object' } },
    managedFields: {
      type: 'array',
      items: {
        type: 'object',
        properties: {
          time: { type: 'string' },
          subresource: { type: 'string' },
          fieldsV1: { type: 'object' },
        },
      },
    },
    finalizers: { type: 'array', items: { type: 'string' } },
    generation: { type: 'integer' },
    resourceVersion: { type: 'string' },
    creationTimestamp: { type: 'string' },
    deletionTimestamp: { type: 'string' },
  },
};

const OBJECT = {
  type: 'object',
  required: ['apiVersion', 'kind', 'metadata'],
  properties: { apiVersion: { type: 'string' }, kind: { type: 'string' }, metadata: META },
};

const OBJECT_MAP = {
  type: 'object',
  additionalProperties: { type: 'object', additionalProperties: OBJECT },
};

const CONTROLLER = { type: 'object' };

export const CUSTOMIZE_REQUEST = {
  type: 'object',
  required: ['controller', 'parent'],
  properties: { controller: CONTROLLER, parent: OBJECT },
};

export const COMPOSITE_REQUEST = {
  type: 'object',
  required: ['controller', 'parent', 'children', 'related', 'finalizing'],
  properties: {
    controller: CONTROLLER,
    parent: OBJECT,
    children: OBJECT_MAP,
    related: OBJECT_MAP,
    finalizing: { type: 'boolean' },
  },
};

export const DECORATOR_REQUEST = {
  type: 'object',
  required: ['controller', 'object', 'attachments', 'related', 'finalizing'],
  properties: {
    controller: CONTROLLER,
    object: OBJECT,
    attachments: OBJECT_MAP,
    related: OBJECT_MAP,
    finalizing: { type: 'boolean' },
  },
};

/** It may have no name yet (generateName). */
const NULLABLE_OBJECT = {
  anyOf: [
    { type: 'null' },
    {
      type: 'object',
      required: ['metadata'],
      properties: { metadata: { type: 'object', properties: META.properties } },
    },
  ],
};

export const ADMISSION_REVIEW = {
  type: 'object',
  required: ['apiVersion', 'kind', 'request'],
  properties: {
    apiVersion: { const: 'admission.k8s.io/v1' },
    kind: { const: 'AdmissionReview' },
    request: {
      type: 'object',
      required: ['uid', 'operation', 'userInfo'],
      properties: {
        uid: { type: 'string', minLength: 1 },
        operation: { enum: ['CREATE', 'UPDATE', 'DELETE', 'CONNECT'] },
        userInfo: {
          type: 'object',
          required: ['username'],
          properties: { username: { type: 'string' } },
        },
        object: NULLABLE_OBJECT,
        oldObject: NULLABLE_OBJECT,
        namespace: { type: 'string' },
        dryRun: { type: 'boolean' },
      },
    },
  },
};
