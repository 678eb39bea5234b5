import type { Fields, Shape } from './shape.ts';

/**
 * The fields of `http` routes: https://istio.io/latest/docs/reference/config/networking/virtual-service/#HTTPRoute
 * (istio.io/api `networking/v1alpha3/virtual_service.proto`).
 */

const TEXTS: Shape = { list: 'string' };
const TEXT_MAP: Shape = { map: 'string' };
const PERCENT: Shape = { fields: { value: 'number' } };

const STRING_MATCH: Fields = {
  fields: { exact: 'string', prefix: 'string', regex: 'string' },
  exclusive: ['exact', 'prefix', 'regex'],
};
const STRING_MATCHES: Shape = { map: STRING_MATCH };

export const DESTINATION: Fields = {
  fields: { host: 'string', subset: 'string', port: { fields: { number: 'uint32' } } },
  required: ['host'],
};

const OPERATIONS: Shape = { fields: { add: TEXT_MAP, set: TEXT_MAP, remove: TEXTS } };
const HEADERS: Shape = { fields: { request: OPERATIONS, response: OPERATIONS } };

const MATCH: Fields = {
  fields: {
    name: 'string',
    uri: STRING_MATCH,
    scheme: STRING_MATCH,
    method: STRING_MATCH,
    authority: STRING_MATCH,
    headers: STRING_MATCHES,
    withoutHeaders: STRING_MATCHES,
    queryParams: STRING_MATCHES,
    port: 'uint32',
    sourceLabels: TEXT_MAP,
    sourceNamespace: 'string',
    gateways: TEXTS,
    ignoreUriCase: 'boolean',
    statPrefix: 'string',
  },
};

const REDIRECT: Fields = {
  fields: {
    uri: 'string',
    authority: 'string',
    port: 'uint32',
    derivePort: { oneOf: ['FROM_PROTOCOL_DEFAULT', 'FROM_REQUEST_PORT'] },
    scheme: 'string',
    redirectCode: 'uint32',
  },
  exclusive: ['port', 'derivePort'],
};

const DIRECT_RESPONSE: Fields = {
  fields: {
    status: 'uint32',
    body: { fields: { string: 'body', bytes: 'bytes' }, exclusive: ['string', 'bytes'] },
  },
  required: ['status'],
};

const FAULT: Fields = {
  fields: {
    abort: {
      fields: {
        httpStatus: 'int32',
        grpcStatus: 'string',
        http2Error: 'string',
        percentage: PERCENT,
      },
      exclusive: ['httpStatus', 'grpcStatus', 'http2Error'],
    },
    delay: {
      fields: {
        fixedDelay: 'duration',
        exponentialDelay: 'duration',
        percent: 'int32',
        percentage: PERCENT,
      },
      exclusive: ['fixedDelay', 'exponentialDelay'],
    },
  },
};

const RETRIES: Fields = {
  fields: {
    attempts: 'int32',
    backoff: 'duration',
    perTryTimeout: 'duration',
    retryIgnorePreviousHosts: 'boolean',
    retryOn: 'string',
    retryRemoteLocalities: 'boolean',
  },
};

const CORS_POLICY: Fields = {
  fields: {
    allowCredentials: 'boolean',
    allowHeaders: TEXTS,
    allowMethods: TEXTS,
    allowOrigin: TEXTS,
    allowOrigins: { list: STRING_MATCH },
    exposeHeaders: TEXTS,
    maxAge: 'duration',
    unmatchedPreflights: { oneOf: ['UNSPECIFIED', 'FORWARD', 'IGNORE'] },
  },
};

const HTTP_DESTINATION: Fields = {
  fields: { destination: DESTINATION, weight: 'int32', headers: HEADERS },
  required: ['destination'],
};

const MIRROR: Fields = {
  fields: { destination: DESTINATION, percentage: PERCENT },
  required: ['destination'],
};

const HTTP_ROUTE: Fields = {
  fields: {
    name: 'string',
    match: { list: MATCH },
    route: { list: HTTP_DESTINATION },
    redirect: REDIRECT,
    directResponse: DIRECT_RESPONSE,
    delegate: { fields: { name: 'string', namespace: 'string' } },
    rewrite: {
      fields: {
        uri: 'string',
        authority: 'string',
        uriRegexRewrite: { fields: { match: 'string', rewrite: 'string' } },
      },
    },
    timeout: 'duration',
    retries: RETRIES,
    fault: FAULT,
    mirror: DESTINATION,
    mirrors: { list: MIRROR },
    mirrorPercent: 'uint32',
    mirror_percent: 'uint32',
    mirrorPercentage: PERCENT,
    corsPolicy: CORS_POLICY,
    headers: HEADERS,
  },
  exclusive: ['mirrorPercent', 'mirror_percent'],
};

export const HTTP_ROUTES: Shape = { list: HTTP_ROUTE };
