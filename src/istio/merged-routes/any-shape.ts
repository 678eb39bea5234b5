import { isMap } from '../../k8s/json-map.ts';

/** Readers for values of any shape. */

export function items(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

export function texts(value: unknown): string[] {
  return items(value).filter((one) => typeof one === 'string');
}

export function member(value: unknown, name: string): unknown {
  return isMap(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}
