import { CONTROLLER_UID_LABEL } from '../../api/marks.ts';
import {
  VIRTUAL_ENVIRONMENT_GROUP,
  VIRTUAL_ENVIRONMENT_KIND,
  type VirtualEnvironment,
} from '../../api/virtualenvironment.ts';
import { byText } from '../../k8s/canonical.ts';
import { controllerOf } from '../../k8s/controller-of.ts';
import type { KubeObject, OwnerReference } from '../../k8s/object.ts';
import { byAge } from '../../kinds/virtual-environment/oldest.ts';
import type { AdoptObjects } from './read.ts';

/** Metacontroller's finalizer on a VirtualEnvironment whose kind is on. */
export const FINALIZER = 'metacontroller.io/compositecontroller-virtual-environment';
/** Name of the operator's Deployment, ServiceAccount, Role and RoleBinding. */
export const OPERATOR = 'virtual-env-operator';

export interface FoundEnvironment {
  environment: VirtualEnvironment;
  /** Its VirtualServices and DestinationRules that lack the label. */
  unlabelled: KubeObject[];
  /** Those that have it. */
  labelled: KubeObject[];
}

/** An object that a person must look at. */
export interface Doubtful {
  object: KubeObject;
  why: string;
  /** The VirtualEnvironment to which it would be handed over. */
  to?: VirtualEnvironment;
}

export interface FoundNamespace {
  name: string;
  /** The operator's Deployments. */
  operators: KubeObject[];
  environments: FoundEnvironment[];
  doubtful: Doubtful[];
}

/** What is there, by namespace, in order of their names. */
export function findingsOf(objects: AdoptObjects): FoundNamespace[] {
  const names = new Set(objects.environments.map(namespaceOf));
  return [...names].sort(byText).map((name) => namespaceFindings(name, objects));
}

/** Has Metacontroller this VirtualEnvironment in its hands? */
export function isTakenOver({ metadata }: VirtualEnvironment): boolean {
  return (metadata.finalizers ?? []).includes(FINALIZER);
}

export function isReady({ metadata, status }: VirtualEnvironment): boolean {
  return (
    status?.observedGeneration === metadata.generation &&
    (status?.conditions ?? []).some(({ type, status: is }) => type === 'Ready' && is === 'True')
  );
}

export function isRunning(deployment: KubeObject): boolean {
  return (deployment as { spec?: { replicas?: number } }).spec?.replicas !== 0;
}

function namespaceFindings(name: string, objects: AdoptObjects): FoundNamespace {
  const here = <T extends KubeObject>(list: readonly T[]) =>
    list
      .filter((object) => namespaceOf(object) === name)
      .sort((a, b) => byText(a.metadata.name, b.metadata.name));
  const environments = here(objects.environments);
  const routing = here(objects.routing);
  return {
    name,
    operators: here(objects.deployments).filter(isOperator),
    environments: environments.map((environment) => {
      const own = routing.filter(
        (object) => controllerOf(object)?.uid === environment.metadata.uid,
      );
      const hasLabel = (object: KubeObject) => labelOf(object) === environment.metadata.uid;
      return {
        environment,
        labelled: own.filter(hasLabel),
        unlabelled: own.filter((object) => labelOf(object) === undefined),
      };
    }),
    doubtful: routing.flatMap((object) => doubtOf(object, environments) ?? []),
  };
}

function isOperator(deployment: KubeObject): boolean {
  const { spec } = deployment as {
    spec?: { template?: { spec?: { containers?: { image?: string }[] } } };
  };
  const images = (spec?.template?.spec?.containers ?? []).map(({ image = '' }) => image);
  return (
    deployment.metadata.name === OPERATOR ||
    images.some((image) => /(^|\/)virtual-env-operator([:@]|$)/.test(image))
  );
}

function doubtOf(
  object: KubeObject,
  environments: readonly VirtualEnvironment[],
): Doubtful | undefined {
  const controller = controllerOf(object);
  const label = labelOf(object);
  if (controller !== undefined && !isOfVirtualEnvironment(controller)) return undefined;
  const owner = environments.find(({ metadata }) => metadata.uid === controller?.uid);
  if (owner !== undefined) {
    return label === undefined || label === owner.metadata.uid
      ? undefined
      : { object, why: `has the label ${CONTROLLER_UID_LABEL} of something else` };
  }
  if (controller !== undefined) {
    return { object, why: 'is a child of a VirtualEnvironment that is gone' };
  }
  const isHandedOver = environments.some(({ metadata }) => metadata.uid === label);
  if (!isNamesake(object) || isHandedOver) return undefined;
  const [to] = [...environments].sort(byAge);
  return {
    object,
    why: 'belongs to nobody, and is in the way of the one of this name: the operator may have written it',
    ...(to === undefined ? {} : { to }),
  };
}

/** The operator gives its objects the name of the Service, and overwrites those of others that have it. */
function isNamesake({ kind, metadata, ...rest }: KubeObject): boolean {
  const { spec } = rest as { spec?: { host?: string; hosts?: readonly string[] } };
  return kind === 'VirtualService'
    ? spec?.hosts?.[0] === metadata.name
    : spec?.host === metadata.name;
}

function isOfVirtualEnvironment({ apiVersion, kind }: OwnerReference): boolean {
  return (
    kind === VIRTUAL_ENVIRONMENT_KIND && apiVersion.startsWith(`${VIRTUAL_ENVIRONMENT_GROUP}/`)
  );
}

function labelOf({ metadata }: KubeObject): string | undefined {
  return metadata.labels?.[CONTROLLER_UID_LABEL];
}

function namespaceOf({ metadata }: KubeObject): string {
  return metadata.namespace ?? '';
}
