import type { KubeObject } from '../../src/k8s/object.ts';
import { elementsOf, fromFieldsV1 } from '../../src/simulator/api-server/field-set.ts';

/** Matches the keys of our marks in managedFields. */
const MARK = /^f:(env\.)?riskified\.com\//;

/** Marks that managedFields list for an owner although the object does not have them, as `<manager>: <mark>`. */
export function strayOwners({ metadata }: KubeObject): string[] {
  const present = new Set([
    ...Object.keys(metadata.labels ?? {}),
    ...Object.keys(metadata.annotations ?? {}),
  ]);
  return (metadata.managedFields ?? []).flatMap(({ manager, fieldsV1 = {} }) =>
    fromFieldsV1(fieldsV1)
      .flatMap(elementsOf)
      .filter((element) => MARK.test(element) && !present.has(element.slice(2)))
      .map((element) => `${manager}: ${element.slice(2)}`),
  );
}
