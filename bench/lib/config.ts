import { DECISION_FLAGS } from '../../src/config.ts';
import { readFlags } from '../../src/flags.ts';
import type { DecisionConfig } from '../../src/kinds/kinds.ts';
import { ENTRANCE } from './shop.ts';

/** The service's settings: the defaults, and links may lead to envs at the shop's entrance. */
export const CONFIG: DecisionConfig = readFlags(
  DECISION_FLAGS,
  [`--entry-hosts=${ENTRANCE.host}`],
  {},
);
