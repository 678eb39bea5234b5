import type { HostRequest } from '../istio/evaluate.ts';
import type { Explanation } from '../istio/explain.ts';
import { headerKey } from '../istio/header-name.ts';
import { nameOf } from '../istio/objects.ts';
import type { HTTPMatchRequest } from '../istio/types.ts';
import { controllerOf } from '../k8s/controller-of.ts';
import type { KubeObject } from '../k8s/object.ts';
import { borderedPrefixes } from '../kinds/virtual-environment/levels.ts';
import type { LevelRules, ServiceVersions } from '../kinds/virtual-environment/types.ts';
import type { MeshSnapshot } from './mesh-snapshot.ts';
import type { NamespaceVersions } from './namespace-versions.ts';
import type { Ending } from './outcome.ts';
import type { TracedDestination } from './types.ts';
import type { PassedVersion, VersionTaken } from './version-types.ts';

/**
 * How the VirtualEnvironment of the Service's namespace chose the version that answers. `explanation` and `ending` are those without envs.
 * Undefined: the request reaches no Service with versions of a VirtualEnvironment.
 */
export function versionTaken(
  request: HostRequest,
  { taken }: Explanation,
  ending: Ending,
  snapshot: MeshSnapshot,
): VersionTaken | undefined {
  const [target] = ending.destinations;
  const place = target && placeOf(target.host, snapshot);
  if (target === undefined || place === undefined) return undefined;
  const { space, found } = place;
  const { rules, environment } = space;
  const isOwn = taken === undefined || isMadeBy(environment, taken.place.virtualService, snapshot);
  const ask = isOwn ? askOf(request, taken?.match, rules) : {};
  const answers = answeringVersion(target, found, rules);
  const passed = isOwn ? passedVersions(ask.asked, answers, place) : [];
  const reason = isOwn ? reasonOf(ask, answers, taken === undefined, rules) : 'others';
  const version = {
    virtualEnvironment: nameOf(environment),
    service: nameOf(found.service),
    ...ask,
    ...(answers === undefined ? {} : { answers }),
    reason,
    passed,
  };
  return { ...version, why: whyText(version) };
}

interface Place {
  space: NamespaceVersions;
  found: ServiceVersions;
}

/** The Service of a host, if its versions are told apart. */
function placeOf(host: string, { mesh, versions }: MeshSnapshot): Place | undefined {
  const service = mesh.services.find((one) => one.host === host);
  const space = service && versions.get(service.namespace);
  const found = space?.services.get(host.split('.')[0] ?? '');
  return space && found && { space, found };
}

/** Is this VirtualService a child of the VirtualEnvironment? */
function isMadeBy(environment: KubeObject, name: string, { mesh }: MeshSnapshot): boolean {
  const virtualService = mesh.virtualServices.find((one) => nameOf(one) === name);
  const owner = virtualService && controllerOf(virtualService);
  return owner !== undefined && owner.uid === environment.metadata.uid;
}

type Ask = Pick<VersionTaken, 'asked' | 'header' | 'isInjected'>;

/** `match`: of the route that took the request. */
function askOf(
  { headers, sourceLabels }: HostRequest,
  match: HTTPMatchRequest | undefined,
  rules: LevelRules,
): Ask {
  const value = (name: string) => headers[headerKey(name)];
  const main = value(rules.header);
  if (main !== undefined) return main === '' ? {} : { asked: main, header: rules.header };
  const alias = rules.aliases.find(
    ({ name, pattern }) =>
      isMatched(name, match) || (pattern === '' && value(name) !== undefined && value(name) !== ''),
  );
  if (alias !== undefined) {
    const asked = value(alias.name) ?? '';
    // Where the version stands in a longer value, the proxy's regex knows.
    return alias.pattern === '' ? { asked, header: alias.name } : { header: alias.name };
  }
  const caller = match?.sourceLabels?.[rules.label] && sourceLabels?.[rules.label];
  return caller ? { asked: caller, header: rules.header, isInjected: true } : {};
}

function isMatched(name: string, match: HTTPMatchRequest | undefined): boolean {
  return Object.keys(match?.headers ?? {}).some((one) => headerKey(one) === headerKey(name));
}

/** The value of the label in the subset; without a subset, that of all workloads if they have only one. */
function answeringVersion(
  { subset, selector = {} }: TracedDestination,
  { versions }: ServiceVersions,
  { label }: LevelRules,
): string | undefined {
  const [only, ...others] = versions;
  if (subset === undefined) return others.length === 0 ? only?.value : undefined;
  return Object.hasOwn(selector, label) ? selector[label] : undefined;
}

function reasonOf(
  { asked, header }: Ask,
  answers: string | undefined,
  isWithoutRoutes: boolean,
  { splitter, defaultSubset }: LevelRules,
): VersionTaken['reason'] {
  if (answers === undefined) return 'any';
  if (answers === asked || (asked === undefined && header !== undefined)) return 'asked';
  if (asked !== undefined && borderedPrefixes(asked, splitter).includes(answers)) return 'above';
  return isWithoutRoutes || answers !== defaultSubset ? 'only' : 'default';
}

/** The versions between that which is asked for and that which answers. */
function passedVersions(
  asked: string | undefined,
  answers: string | undefined,
  { space, found }: Place,
): PassedVersion[] {
  if (asked === undefined) return [];
  const chain = borderedPrefixes(asked, space.rules.splitter);
  const end = answers === undefined ? -1 : chain.indexOf(answers);
  return chain.slice(0, end < 0 ? undefined : end).map((version) => ({
    version,
    ...obstacleOf(version, found, space),
  }));
}

function obstacleOf(
  value: string,
  { versions, service }: ServiceVersions,
  { environment }: NamespaceVersions,
): Omit<PassedVersion, 'version'> {
  const { name } = service.metadata;
  const version = versions.find((one) => one.value === value);
  if (version === undefined) {
    return { reason: 'no-pods', why: `Service ${name} has no pods of this version` };
  }
  if (!version.isReady) return { reason: 'not-ready', why: 'none of its pods is ready' };
  if (version.isLeaving) {
    return { reason: 'leaving', why: 'it is about to leave (riskified.com/leaving, or deleted)' };
  }
  const told = environment.status?.services?.find((one) => one.name === name)?.message;
  const why = `its routes are not there yet${told === undefined ? '' : `: ${told}`}`;
  return { reason: 'not-routed', why };
}

function whyText(taken: Omit<VersionTaken, 'why'>): string {
  const { asked, header, isInjected, reason } = taken;
  const isPlain = reason === 'asked' && asked !== undefined && isInjected === undefined;
  if (isPlain) return `${asked} is asked for by header ${header} and answers`;
  return `${askText(taken)}; ${answerText(taken)}`;
}

function askText({ asked, header, isInjected }: Ask): string {
  if (header === undefined) return 'no version is asked for';
  if (asked === undefined) return `a version is asked for by header ${header}`;
  return isInjected
    ? `the request gets header ${header} with the version of its caller, ${asked}`
    : `${asked} is asked for by header ${header}`;
}

function answerText({ answers, reason, virtualEnvironment, service }: Omit<VersionTaken, 'why'>) {
  const by = `VirtualEnvironment ${virtualEnvironment}`;
  switch (reason) {
    case 'asked':
      return `${answers} answers`;
    case 'above':
      return `${answers} answers, the nearest one above`;
    case 'default':
      return `${answers} answers, the default of ${by}`;
    case 'only':
      return `${answers} answers: Service ${service} has no other version`;
    case 'any':
      return `${by} has no default for Service ${service}, so all its pods answer`;
    case 'others':
      return `routes of somebody else decide, not those of ${by}`;
  }
}
