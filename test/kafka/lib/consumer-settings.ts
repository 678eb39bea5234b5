/** How the suite's service consumes. */
export type AdapterName = 'kafkajs' | 'platformatic classic' | 'platformatic consumer';

export interface ConsumerSettings {
  broker: string;
  adapter: AdapterName;
  group: string;
  topics: string[];
  /** A line `id time` for each message that was handled. */
  handledFile: string;
  /** How long a message takes to handle. */
  workMs: number;
  /** Control: the fork takes the ends of the log instead of the base's offsets. */
  startAtTheEnd?: boolean;
  /** User and password of SASL/PLAIN. */
  user?: string;
}

/** Stands in a file of handled messages instead of an id: the group of this process was rebalanced. */
export const REBALANCED = '#rebalanced';
