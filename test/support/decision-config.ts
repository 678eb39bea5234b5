import { DECISION_FLAGS, servable } from '../../src/config.ts';
import { readFlags } from '../../src/flags.ts';
import { type DecisionConfig, KINDS } from '../../src/kinds/kinds.ts';
import { VIRTUAL_SERVICE_MERGE } from '../../src/kinds/virtualservice-merge/kind.ts';

/**
 * The settings that `serve` makes of these flags. The kind virtual-service-merge is on if the flags name groups of merges, and the other
 * optional kinds always.
 */
export function decisionConfig(flags: readonly string[] = []): DecisionConfig {
  const hasMerges = flags.some((flag) => flag.startsWith('--merge-groups'));
  const kinds = KINDS.filter(
    ({ isOptional, name }) => isOptional && (hasMerges || name !== VIRTUAL_SERVICE_MERGE.name),
  ).map(({ name }) => name);
  const { kinds: _names, ...config } = servable({
    ...readFlags(DECISION_FLAGS, [...flags], {}),
    kinds,
  });
  return config;
}
