import { envId } from '../../../api/env-id.ts';
import type { Check } from './check.ts';
import { invalidSpec } from './spec-refused.ts';

/** Somebody's DestinationRule has a subset of the env's name already: the env would change where other people's requests go. */
export const nameTaken: Check = ({ env: { metadata }, plans }) => {
  const messages = plans().plans.flatMap(({ takenBy }) =>
    takenBy === undefined
      ? []
      : [
          `metadata.name: DestinationRule ${takenBy.rule} already has a subset for ${envId(metadata.name)} (${takenBy.subset}); give the env another name`,
        ],
  );
  return messages.length === 0 ? undefined : invalidSpec(messages);
};
