import { DEPLOYMENT_ANNOTATION } from '../../../api/marks.ts';
import type { Deployment } from '../../../k8s/workload.ts';

/**
 * The message if a base is itself a clone, whose pods and version come and go with its env; undefined: it is not. The owner
 * decides: marks may have been copied from a manifest.
 */
export function otherEnvsClone({ metadata }: Deployment): string | undefined {
  const owner = metadata.ownerReferences?.find(
    ({ controller, kind, apiVersion }) =>
      controller === true && kind === 'DynamicEnv' && apiVersion.startsWith('riskified.com/'),
  );
  if (owner === undefined) return undefined;
  const base = metadata.annotations?.[DEPLOYMENT_ANNOTATION];
  const instead = base === undefined ? '' : ` (${base})`;
  return `Deployment ${metadata.namespace}/${metadata.name} was made for DynamicEnv ${owner.name}; name its base${instead} instead`;
}

/**
 * Why the base's pods do not have the version that is asked for, and what to do; undefined: they have it. A subset for that
 * version would select none of them, so this must be corrected first.
 */
export function wrongVersion(
  { metadata, spec }: Deployment,
  versionLabel: string,
  defaultVersion: string,
): string | undefined {
  const version = spec.template.metadata?.labels?.[versionLabel];
  if (version === defaultVersion) return undefined;
  const base = `Deployment ${metadata.namespace}/${metadata.name}`;
  if (version === undefined || version === '') {
    const found = version === undefined ? 'no' : 'an empty';
    return `the pods of ${base} have ${found} label ${versionLabel}, by which a subset can tell them from a clone's; first add "${versionLabel}: ${defaultVersion}" to its spec.template.metadata.labels (spec.selector cannot be changed, and need not be)`;
  }
  return `the pods of ${base} have ${versionLabel}: ${version}, not ${defaultVersion}; give this workload of the env "defaultVersion: ${version}", or correct the label in the Deployment's template`;
}
