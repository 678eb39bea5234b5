import type { ObjectMap } from '../../../hooks/types.ts';
import { missingGroups } from '../../../mesh/related-groups.ts';
import { hasEvents } from '../customize.ts';
import { SUBSCRIBERS } from '../observed.ts';
import type { Blocker, Check } from './check.ts';
import { groupsNotSent } from './sent-groups.ts';

/** A group of related objects or of children was not sent: what is in it is not known to be missing. */
export const notSent: Check = ({ env, config, related, children }) =>
  blocker([
    ...missingRelated(groupsNotSent(env, config, related)),
    ...missingChildren(children, hasEvents(env) ? [...CHILDREN, SUBSCRIBERS] : CHILDREN),
  ]);

/** The same for VirtualServices alone. */
export const routesNotSent: Check = ({ related }) =>
  blocker(missingRelated(missingGroups([VIRTUAL_SERVICES], related)));

const VIRTUAL_SERVICES = { apiVersion: 'networking.istio.io/v1', resource: 'virtualservices' };

const CHILDREN = [
  'Deployment.apps/v1',
  'DestinationRule.networking.istio.io/v1',
  'RouteInjection.riskified.com/v1alpha1',
];

function missingRelated(groups: readonly string[]): string[] {
  if (groups.length === 0) return [];
  return [
    `related objects ${groups.join(', ')} were not sent, though this service asks for them; after an upgrade or a change of settings Metacontroller goes on with the answer before, for up to 20 minutes or until it is restarted`,
  ];
}

/** Metacontroller sends a group for each kind of child. If it sent none at all, no child can be lost by the answer. */
function missingChildren(children: ObjectMap, groups: readonly string[]): string[] {
  if (Object.keys(children).length === 0) return [];
  return groups
    .filter((key) => !Object.hasOwn(children, key))
    .map(
      (key) =>
        `children ${key} were not sent; check that the CompositeController dynamicenv has all its childResources`,
    );
}

function blocker(messages: readonly string[]): Blocker | undefined {
  if (messages.length === 0) return undefined;
  return {
    reason: 'NotSent',
    messages,
    until: 'everything is sent',
    waiting: 'waiting until everything is sent',
  };
}
