import { UsageError } from './errors.ts';
import type { Flag, FlagsFor, Values } from './hooks/flag.ts';
import { list, matching, text } from './hooks/flag-values.ts';
import type { Kind } from './hooks/kind.ts';
import { ENVIRONMENT } from './kinds/environment/kind.ts';
import { type DecisionConfig, KINDS } from './kinds/kinds.ts';
import { VIRTUAL_SERVICE_MERGE } from './kinds/virtualservice-merge/kind.ts';

function port(name: string, fallback: string, help: string): Flag<number> {
  return { name, value: 'PORT', fallback, help, read: readPort };
}

function readPort(given: string): number {
  const number = Number(given);
  if (!/^\d+$/.test(given) || number > 65_535) {
    throw new Error('expected a port from 0 to 65535');
  }
  return number;
}

/** The flags of all kinds, by which they decide; `preview` has them too. */
export const DECISION_FLAGS = Object.assign(
  {},
  ...KINDS.map(({ flags }) => flags),
) as FlagsFor<DecisionConfig>;

/** `--kinds`: names of the optional ones of these kinds. */
export function kindsFlag(
  kinds: readonly Pick<Kind<never>, 'name' | 'isOptional'>[],
): Flag<string[]> {
  const named = (isOptional: boolean) =>
    kinds.filter((kind) => kind.isOptional === isOptional).map(({ name }) => name);
  const optional = named(true);
  const known = optional.length === 0 ? 'this version has none' : optional.join(', ');
  const always = `always served: ${named(false).join(', ')}`;
  return list('kinds', `optional kinds to serve: ${known}; ${always}`, (item) => {
    if (optional.includes(item)) return item;
    throw new Error(`expected names of optional kinds: ${known} (${always})`);
  });
}

const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'];

export const SERVE_FLAGS = {
  host: {
    ...text('host', 'ADDRESS', '0.0.0.0', 'address to listen on'),
    read: matching(/^\S+$/, 'an address'),
  },
  port: port('port', '8080', 'port without encryption'),
  tlsPort: port('tls-port', '8443', 'encrypted port, open when a certificate is given'),
  tlsCertFile: text('tls-cert-file', 'FILE', '', 'certificate chain (PEM); read again on change'),
  tlsKeyFile: text('tls-key-file', 'FILE', '', "the certificate's key (PEM)"),
  kinds: kindsFlag(KINDS),
  ...DECISION_FLAGS,
  logLevel: {
    ...text('log-level', 'LEVEL', 'info', `one of ${LEVELS.join(', ')}`),
    read: (given: string) => {
      if (!LEVELS.includes(given)) throw new Error(`expected one of ${LEVELS.join(', ')}`);
      return given;
    },
  },
};

export type ServeConfig = Values<typeof SERVE_FLAGS>;

/** The settings, after the checks that compare flags. Throws a UsageError that names the flags. */
export function coherent<
  C extends Pick<DecisionConfig, 'serviceRouteHeader' | 'sourceRouteHeader'>,
>(config: C): C {
  if (config.serviceRouteHeader === config.sourceRouteHeader) {
    throw new UsageError(
      `--service-route-header and --source-route-header are both "${config.sourceRouteHeader}": give them different names`,
    );
  }
  return config;
}

/**
 * The settings of the service. Without the kind `environment`, envs may name none. Without the kind `virtual-service-merge` there are no groups of merges. Their definitions may not be
 * installed then, and Metacontroller fails if a customize hook asks for a resource that does not exist. Throws a UsageError.
 */
export function servable<C extends Pick<ServeConfig, 'kinds' | 'mergeGroups'>>(
  given: C,
): C & Pick<DecisionConfig, 'withoutEnvironments'> {
  const isOn = given.kinds.includes(ENVIRONMENT.name);
  const config = isOn ? given : { ...given, withoutEnvironments: true as const };
  const { name } = VIRTUAL_SERVICE_MERGE;
  if (!config.kinds.includes(name)) return { ...config, mergeGroups: [] };
  if (config.mergeGroups.length > 0) return config;
  throw new UsageError(
    `--merge-groups is empty, but --kinds has ${name}: name the groups, or take the kind out`,
  );
}
