import { wrongShape } from '../../api/foreign-shapes.ts';
import type { ObjectMap } from '../../hooks/types.ts';
import type { DestinationRule, VirtualService } from '../../istio/types.ts';
import type { KubeObject } from '../../k8s/object.ts';
import { controllerUid } from './owner.ts';

export const VIRTUAL_SERVICES = 'VirtualService.networking.istio.io/v1';
export const DESTINATION_RULES = 'DestinationRule.networking.istio.io/v1';
const ENVOY_FILTERS = 'EnvoyFilter.networking.istio.io/v1alpha3';

/** VirtualServices and DestinationRules of a namespace, by name. What cannot be read has an empty spec. */
export interface IstioObjects {
  virtualServices: ReadonlyMap<string, VirtualService>;
  rules: ReadonlyMap<string, DestinationRule>;
}

/** The objects of the parent, and all others. */
export interface Observed {
  own: IstioObjects;
  foreign: IstioObjects;
  /** The EnvoyFilters of the parent. */
  filters: readonly KubeObject[];
  /** Children of other kinds: another version of this system must have made them. */
  unrecognized: readonly KubeObject[];
}

/**
 * A child that Metacontroller's cache got to know while it collected the objects is among the related ones only; it is the parent's all
 * the same.
 */
export function observe(parent: KubeObject, children: ObjectMap, related: ObjectMap): Observed {
  const {
    [VIRTUAL_SERVICES]: virtualServices = {},
    [DESTINATION_RULES]: rules = {},
    [ENVOY_FILTERS]: filters = {},
    ...others
  } = children;
  const all = {
    virtualServices: Object.values({ ...related[VIRTUAL_SERVICES], ...virtualServices }),
    rules: Object.values({ ...related[DESTINATION_RULES], ...rules }),
  };
  const sent = new Set<KubeObject>([...Object.values(virtualServices), ...Object.values(rules)]);
  const { uid } = parent.metadata;
  const isOwn = (object: KubeObject) =>
    sent.has(object) || (uid !== undefined && controllerUid(object) === uid);
  const pick = (isWanted: (object: KubeObject) => boolean): IstioObjects => ({
    virtualServices: byName(all.virtualServices.filter(isWanted).map(asVirtualService)),
    rules: byName(all.rules.filter(isWanted).map(asRule)),
  });
  return {
    own: pick(isOwn),
    foreign: pick((object) => !isOwn(object)),
    filters: Object.values(filters),
    unrecognized: Object.values(others).flatMap((group) => Object.values(group)),
  };
}

function byName<T extends KubeObject>(objects: readonly T[]): Map<string, T> {
  return new Map(objects.map((object) => [object.metadata.name, object]));
}

function asVirtualService(object: KubeObject): VirtualService {
  const isReadable =
    wrongShape('VirtualService', object, false) === undefined && Object.hasOwn(object, 'spec');
  return isReadable ? (object as VirtualService) : { ...object, spec: {} };
}

function asRule(object: KubeObject): DestinationRule {
  const isReadable = wrongShape('DestinationRule', object, false) === undefined;
  return isReadable ? (object as DestinationRule) : { ...object, spec: { host: '' } };
}
