import type { RouteNames } from '../decision/names.ts';
import { type Environment, isGiven, type Reader, readerOf } from './reader.ts';

/** How this process takes part. */
export type Settings = PlainSettings | StableSettings | EnvSettings;

/** No event routing: the application runs where DynamicEnv is not, or its Deployment has not opted in. */
export interface PlainSettings {
  mode: 'plain';
  names: RouteNames;
}

/** The base: it handles what no live ref claims. */
export interface StableSettings {
  mode: 'stable';
  names: RouteNames;
  /** `namespace/name` of the base's Deployment. */
  workload: string;
  /** URL of the feed, without a path. */
  feed: URL;
  /** What happens if the feed does not answer within 30 s after the start. */
  whenBlind: 'handle' | 'wait';
}

/** A clone: it handles the messages of its ref. */
export interface EnvSettings {
  mode: 'env';
  names: RouteNames;
  workload: string;
  ref: string;
  /** Part of the group ids: another one begins with another fork. */
  incarnation: string;
  /** Names of the Services by which messages select this workload. */
  services: readonly string[];
  /** Where `/started` and `/drain` are served. */
  port: number;
  drainSeconds: number;
  /** Undefined: a pod drains also if its env stays. */
  feed: URL | undefined;
}

const DEFAULT_PORT = 9808;
const DEFAULT_DRAIN_SECONDS = 120;
const MAX_DRAIN_SECONDS = 3600;
/** The only ones of which it makes no sense to have one without the others. */
const OF_ENVS = ['DYNAMICENV_INCARNATION', 'DYNAMICENV_SERVICES'];

/**
 * Reads the environment variables. Without `DYNAMICENV_WORKLOAD`, `DYNAMICENV_FEED` and `DYNAMICENV_REF` the consumer is a plain one.
 * Throws an error that names each wrong or missing variable and says what to do: an application that takes part half would handle
 * other versions' messages.
 */
export function readSettings(env: Environment): Settings {
  const reader = readerOf(env);
  const settings = settingsOf(env, reader);
  const { problems } = reader;
  if (problems.length > 0) throw new Error(`Event routing: ${problems.join('; ')}`);
  return settings;
}

function settingsOf(env: Environment, reader: Reader): Settings {
  const names = namesOf(reader);
  if (isGiven(env, 'DYNAMICENV_REF')) return envSettings(reader, names);
  for (const name of OF_ENVS) {
    if (isGiven(env, name)) {
      reader.problem(
        `${name} is set, but DYNAMICENV_REF is not: set all three variables, or neither`,
      );
    }
  }
  if (!isGiven(env, 'DYNAMICENV_WORKLOAD') && !isGiven(env, 'DYNAMICENV_FEED')) {
    return { mode: 'plain', names };
  }
  return {
    mode: 'stable',
    names,
    workload: reader.workload('DYNAMICENV_WORKLOAD'),
    feed: reader.url('DYNAMICENV_FEED'),
    whenBlind: reader.oneOf('DYNAMICENV_WHEN_BLIND', ['handle', 'wait']),
  };
}

function envSettings(reader: Reader, names: RouteNames): EnvSettings {
  return {
    mode: 'env',
    names,
    workload: reader.workload('DYNAMICENV_WORKLOAD'),
    ref: reader.ref('DYNAMICENV_REF'),
    incarnation: reader.label('DYNAMICENV_INCARNATION'),
    services: reader.labels('DYNAMICENV_SERVICES'),
    port: reader.wholeNumber('DYNAMICENV_PORT', { min: 1, max: 65_535, otherwise: DEFAULT_PORT }),
    drainSeconds: reader.wholeNumber('DYNAMICENV_DRAIN_SECONDS', {
      min: 1,
      max: MAX_DRAIN_SECONDS,
      otherwise: DEFAULT_DRAIN_SECONDS,
    }),
    feed: reader.isGiven('DYNAMICENV_FEED') ? reader.url('DYNAMICENV_FEED') : undefined,
  };
}

function namesOf(reader: Reader): RouteNames {
  const service = reader.headerName('DYNAMICENV_SERVICE_ROUTE_HEADER', 'x-service-route');
  const source = reader.headerName('DYNAMICENV_SOURCE_ROUTE_HEADER', 'x-source-route');
  if (service === source) {
    reader.problem(
      'DYNAMICENV_SERVICE_ROUTE_HEADER and DYNAMICENV_SOURCE_ROUTE_HEADER must differ',
    );
  }
  const carriers = reader.oneOf('DYNAMICENV_REF_CARRIERS', ['header', 'header,baggage']);
  return { service, source, readsBaggage: carriers === 'header,baggage' };
}
