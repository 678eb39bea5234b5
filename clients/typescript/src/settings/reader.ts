import { isLabel, isRef } from '../decision/names.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** A variable that is empty counts as not given: manifests often have it so. */
export function isGiven(env: Environment, name: string): boolean {
  return given(env, name) !== '';
}

/** Reads variables one by one and collects what is wrong with them; what it answers for a wrong one does not matter. */
export interface Reader {
  readonly problems: readonly string[];
  problem(text: string): void;
  isGiven(name: string): boolean;
  workload(name: string): string;
  ref(name: string): string;
  label(name: string): string;
  labels(name: string): string[];
  url(name: string): URL;
  headerName(name: string, otherwise: string): string;
  wholeNumber(name: string, limits: { min: number; max: number; otherwise: number }): number;
  /** The first value is the default. */
  oneOf<T extends string>(name: string, values: readonly [T, ...T[]]): T;
}

const LABEL_RULE = 'lower-case letters, digits and dashes';
/** Deployments' names may have dots. */
const WORKLOAD = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?\/[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/;
/** Of RFC 9110's tokens the usual ones: the name is compared in lower case. */
const HEADER_NAME = /^[a-z0-9_-]+$/;
const FEED_RULE =
  'the URL of the feed, with scheme, host and port and nothing else, such as http://dynamicenv-feed.dynamicenv:8080';
const NOWHERE = new URL('http://invalid.invalid');

export function readerOf(env: Environment): Reader {
  const problems: string[] = [];
  const problem = (text: string) => void problems.push(text);
  /** The value, or a problem if it is missing or `isRight` refuses it. */
  const required = (name: string, rule: string, isRight: (value: string) => boolean) => {
    const value = given(env, name);
    if (value === '') problem(`${name} is missing: it must be ${rule}`);
    else if (!isRight(value)) problem(`${name} must be ${rule}, got "${value.slice(0, 100)}"`);
    return value;
  };
  return {
    problems,
    problem,
    isGiven: (name) => isGiven(env, name),
    workload: (name) =>
      required(name, 'namespace/name of the Deployment', (value) => WORKLOAD.test(value)),
    ref: (name) => required(name, `a ref: at most 40 ${LABEL_RULE}`, isRef),
    label: (name) => required(name, `at most 63 ${LABEL_RULE}`, isLabel),
    labels: (name) =>
      namesIn(
        required(name, 'names of Services, separated by commas', (value) =>
          namesIn(value).every(isLabel),
        ),
      ),
    url: (name) => {
      const value = given(env, name);
      const url = originUrl(value);
      if (value === '') problem(`${name} is missing: it must be ${FEED_RULE}`);
      else if (url === undefined) problem(`${name} must be ${FEED_RULE}, ${shownUrl(value)}`);
      return url ?? NOWHERE;
    },
    headerName: (name, otherwise) => {
      const value = (given(env, name) || otherwise).toLowerCase();
      if (!HEADER_NAME.test(value)) problem(`${name} must be the name of a header, got "${value}"`);
      return value;
    },
    wholeNumber: (name, { min, max, otherwise }) => {
      const text = given(env, name);
      const value = text === '' ? otherwise : Number(text);
      const isRight = Number.isInteger(value) && value >= min && value <= max;
      if (!isRight) problem(`${name} must be a whole number from ${min} to ${max}, got "${text}"`);
      return value;
    },
    oneOf: (name, values) => {
      const text = given(env, name).replaceAll(' ', '');
      const value = text === '' ? values[0] : values.find((one) => one === text);
      if (value === undefined) problem(`${name} must be "${values.join('" or "')}", got "${text}"`);
      return value ?? values[0];
    },
  };
}

function given(env: Environment, name: string): string {
  return Object.hasOwn(env, name) ? (env[name]?.trim() ?? '') : '';
}

function namesIn(list: string): string[] {
  return list.split(',').map((part) => part.trim());
}

/** `fetch` refuses a user and a password, and the feed's own path and query take the place of others: the feed would never answer. */
function originUrl(text: string): URL | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:') return undefined;
  return url.href === `${url.origin}/` ? url : undefined;
}

/** What may be a password or a token must not get into a log. */
function shownUrl(text: string): string {
  return /[@?]/.test(text) ? 'and not with user, password or query' : `got "${text.slice(0, 100)}"`;
}
