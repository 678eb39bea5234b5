import type { LabelSelector } from '../../k8s/object.ts';
import { rfc3339 } from '../../k8s/time.ts';
import type { Clock } from '../clock.ts';
import { type Kind, kindNamed } from '../kinds.ts';
import type { LocalObject } from '../object.ts';
import {
  decoratorController,
  meshIndexController,
  namespaceSelector,
  URLS,
} from './controllers.ts';

/** A DecoratorController, as far as ours differ. */
export interface Decorator {
  controller: LocalObject;
  parentKind: Kind;
  /** Of the parents. */
  selector: LabelSelector;
  attachmentKinds: readonly Kind[];
  urls: { customize: string; sync: string };
}

export function routeInjectionDecorator(clock: Clock): Decorator {
  return {
    controller: decoratorController(rfc3339(clock.now())),
    parentKind: kindNamed('VirtualService'),
    selector: {},
    attachmentKinds: [],
    urls: URLS.decorator,
  };
}

export function meshIndexDecorator(clock: Clock, namespaces: readonly string[]): Decorator {
  return {
    controller: meshIndexController(rfc3339(clock.now()), namespaces),
    parentKind: kindNamed('Namespace'),
    selector: namespaceSelector(namespaces),
    attachmentKinds: [kindNamed('MeshIndex')],
    urls: URLS.meshIndex,
  };
}
