import type { Offsets } from './port.ts';

/** Offsets while they are collected. */
export type MutableOffsets = Map<string, Map<number, bigint>>;

export function offsetOf(offsets: Offsets, topic: string, partition: number): bigint | undefined {
  return offsets.get(topic)?.get(partition);
}

export function setOffset(
  offsets: MutableOffsets,
  topic: string,
  partition: number,
  offset: bigint,
): void {
  const ofTopic = offsets.get(topic) ?? new Map<number, bigint>();
  offsets.set(topic, ofTopic.set(partition, offset));
}

export function hasAny(offsets: Offsets): boolean {
  return [...offsets.values()].some(({ size }) => size > 0);
}
