export type { BrokerAdmin, Isolation, Offsets, OpenAdmin } from './broker/port.ts';
export { currentHeaders, type RouteHeaders } from './context/store.ts';
export type { RouteNames } from './decision/names.ts';
export { refOf } from './decision/route.ts';
export type { Decision, MessageHeaders } from './decision/types.ts';
export { LEASE_MS } from './feed/lease.ts';
export { startRouting } from './routing/routing.ts';
export type {
  DeclaredGroup,
  EventRoutingOptions,
  GroupMembership,
  Mode,
  Routing,
} from './routing/types.ts';
