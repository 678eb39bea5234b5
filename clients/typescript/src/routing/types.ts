import type { Isolation, OpenAdmin } from '../broker/port.ts';
import type { Decision, MessageHeaders } from '../decision/types.ts';
import type { Stampable } from '../stamp/stamp.ts';

/** How this process takes part, from the environment variables. */
export type Mode = 'plain' | 'stable' | 'env';

/** A message for the log of the application. */
export type Log = (message: string) => void;

export interface EventRoutingOptions {
  /** Default: `process.env`. */
  env?: Readonly<Record<string, string | undefined>>;
  /** Where notes go. Default: `process.emitWarning`. */
  log?: Log;
  /**
   * All group ids that this process consumes with. Needed if it creates a consumer after another one runs: the pod counts as
   * started when all of them are assigned. Of a group that comes later stable may have skipped messages, which is told in a note.
   */
  groups?: readonly string[];
}

/** A consumer group as the application declares it. */
export interface DeclaredGroup {
  /** The group id of the base: the same in every version of the service. */
  base: string;
  topics: readonly string[];
  isolation: Isolation;
  openAdmin: OpenAdmin;
}

/** This process as a member of a group. */
export interface GroupMembership {
  /** The group id to consume with. */
  groupId: string;
  /** Where to begin in partitions without a committed offset; undefined: the application's choice. */
  reset: 'earliest' | undefined;
  /** To be called whenever the library has joined the group and has its assignment, which may be empty. */
  assigned(): void;
  /**
   * To be called when the client's start fails after `join`, or it ends. If it never was assigned, the next `join` of this group takes its
   * place; until then the pod does not count as started.
   */
  abandoned(): void;
}

/** What an adapter builds on. It is made once in a process. */
export interface Routing {
  readonly mode: Mode;
  /** Where notes go: as in the options. */
  readonly log: Log;
  /** Before a message is deserialised. Never throws, whatever the headers are. */
  decide(headers: MessageHeaders): Decision;
  /** Forks the group if it is an env's, and registers it for readiness and drain. To be called before the consumer subscribes. */
  join(group: DeclaredGroup): Promise<GroupMembership>;
  /** Resolves when consumption may begin: in stable after the first answer of the feed, or 30 s. */
  mayConsume(): Promise<void>;
  /** Runs a handler with the route headers of its message as context; a message without any runs in an empty one. */
  runWithMessage<T>(headers: MessageHeaders, handler: () => T): T;
  /** Runs the handler of an HTTP request with the route headers of the request as context. */
  runWithHeaders<T>(headers: MessageHeaders, handler: () => T): T;
  /** Adds the route headers of the context (or the given ones) to messages that do not have any. Returns a copy. */
  stamp<R extends Stampable>(record: R, headers?: Readonly<Record<string, string>>): R;
  /** Ends the feed's polling and closes the readiness port. */
  close(): Promise<void>;
}
