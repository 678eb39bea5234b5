/** Value of a Kafka header as libraries give it; a repeated header may be an array. Anything else is malformed. */
export type HeaderValue = Uint8Array | string | null | undefined | readonly HeaderValue[];

/**
 * Headers of a message as libraries give them: an object (kafkajs), or a map or list of pairs (@platformatic/kafka). Names in any
 * case. Nothing about the content is trusted.
 */
export type MessageHeaders =
  | Readonly<Record<string, unknown>>
  | Iterable<readonly [name: unknown, value: unknown]>
  | null
  | undefined;

/** What is done with a message, and why. To skip is to acknowledge without handling. */
export interface Decision {
  action: 'handle' | 'skip';
  why:
    | 'plain consumer'
    | 'own ref'
    | 'not for this ref'
    | 'no ref' // no header, or for an env also: malformed, ambiguous
    | 'no live consumer'
    | 'ref has a live consumer'
    | 'live refs are not known'; // the feed did not answer in time
  /** The ref that the message has for this service, if any. */
  ref?: string;
}
