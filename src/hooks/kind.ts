import type { CrdValidator } from '../crd/schema.ts';
import type { CustomResourceDefinition } from '../crd/types.ts';
import type { ControllerDefinition } from './controller.ts';
import type { Flags } from './flag.ts';
import type { Hook } from './hook.ts';
import type { AdmissionService, Service } from './service.ts';
import type { WebhookDefinition } from './webhook.ts';

/** A CustomResourceDefinition that a kind needs: the file `crds/<name>.yaml`. */
export interface KindCrd {
  /** `<plural>.<group>` */
  name: string;
  /** Makes its validator. Default: the compiled definition. */
  validator?: (crd: CustomResourceDefinition) => Promise<CrdValidator>;
}

/** Compiles the validator of a definition, by the definition's name. */
export type LoadValidator = (crd: string) => Promise<CrdValidator>;

/**
 * A kind of objects that this service decides about, as data: the hook table, names of metrics, validators, flags and
 * controllers are derived from it. `hooks` and `admission` import the code that decides only when they are called: `--help` needs
 * none of it, and the admission thread only its own. `Settings`: the part of all settings that this kind reads.
 */
export interface Kind<Settings> {
  /** As in `--kinds`; lower case, with dashes. */
  name: string;
  /** Off unless `--kinds` names it. */
  isOptional: boolean;
  crds: readonly KindCrd[];
  /** Flags of its settings; a flag that several kinds share is the same object in each. */
  flags: Flags;
  /** Its controller in Metacontroller; undefined: these settings need none. */
  controller: (settings: Settings) => ControllerDefinition | undefined;
  hooks: (validator: LoadValidator) => Promise<readonly Hook<Service<Settings>>[]>;
  /** Its admission webhook: the hook, and when the API server calls it. */
  admission?: () => Promise<Hook<AdmissionService<Settings>>>;
  webhook?: () => Promise<WebhookDefinition>;
}

/** The kinds that are served: all that are not optional, and the optional ones in `names`. */
export function kindsOn<K extends Pick<Kind<never>, 'name' | 'isOptional'>>(
  kinds: readonly K[],
  names: readonly string[],
): K[] {
  return kinds.filter(({ name, isOptional }) => !isOptional || names.includes(name));
}

/** The controllers that Metacontroller has with these settings. */
export function controllersOf<Settings>(
  kinds: readonly Kind<Settings>[],
  settings: Settings,
): ControllerDefinition[] {
  return kinds.flatMap(({ controller }) => controller(settings) ?? []);
}

/** Every hook of these kinds, admission included. */
export async function loadHooks<Settings>(
  kinds: readonly Kind<Settings>[],
  validator: LoadValidator,
): Promise<Hook<Service<Settings>>[]> {
  const lists = await Promise.all(kinds.map(({ hooks }) => hooks(validator)));
  return [...lists.flat(), ...(await loadAdmission(kinds))];
}

/** The webhooks that the API server has for these kinds. */
export async function loadWebhooks(
  kinds: readonly Pick<Kind<never>, 'name' | 'webhook'>[],
): Promise<WebhookDefinition[]> {
  return Promise.all(kinds.flatMap(({ webhook }) => webhook?.() ?? []));
}

/** The admission hooks only; no other code of the kinds is imported. */
export async function loadAdmission<Settings>(
  kinds: readonly Kind<Settings>[],
): Promise<Hook<AdmissionService<Settings>>[]> {
  return Promise.all(kinds.flatMap(({ admission }) => admission?.() ?? []));
}
