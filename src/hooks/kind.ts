import type { CrdValidator } from '../crd/schema.ts';
import type { CustomResourceDefinition } from '../crd/types.ts';
import type { ControllerDefinition } from './controller.ts';
import type { Flags } from './flag.ts';
import type { Hook } from './hook.ts';
import type { AdmissionService, Service } from './service.ts';

/** A CustomResourceDefinition that a kind needs: the file `crds/<name>.yaml`. */
export interface KindCrd {
  /** `<plural>.<group>` */
  name: string;
  /** Makes its validator, where there is more to it than the definition. */
  validator?: (crd: CustomResourceDefinition) => Promise<CrdValidator>;
}

/** Compiles the validator of a definition, by the definition's name. */
export type LoadValidator = (crd: string) => Promise<CrdValidator>;

/**
 * A kind of parent objects and who answers for them, as data: hook table, metrics, validators, flags and the simulator's
 * controllers are derived from it. What decides is loaded by `hooks` and `admission`, so that help texts and the thread of
 * the admission webhook do without what they do not need. `Settings`: the part of all settings that the kind reads.
 */
export interface Kind<Settings> {
  /** As in `--kinds`; lower case, with dashes. */
  name: string;
  /** Off unless `--kinds` names it. */
  isOptional: boolean;
  crds: readonly KindCrd[];
  /** Flags of its settings; a flag that several kinds share is the same object in each. */
  flags: Flags;
  /** Its controller in Metacontroller; undefined: with these settings there is nothing for it to do. */
  controller: (settings: Settings) => ControllerDefinition | undefined;
  hooks: (validator: LoadValidator) => Promise<readonly Hook<Service<Settings>>[]>;
  /** Its admission webhook. */
  admission?: () => Promise<Hook<AdmissionService<Settings>>>;
}

/** The kinds that are on, when `names` are those of the optional ones. */
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

/** The admission hooks alone; nothing else is loaded. */
export async function loadAdmission<Settings>(
  kinds: readonly Kind<Settings>[],
): Promise<Hook<AdmissionService<Settings>>[]> {
  return Promise.all(kinds.flatMap(({ admission }) => admission?.() ?? []));
}
