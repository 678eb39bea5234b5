import type { ClusterOptions } from '../../kube-client/config.ts';

/** Texts that a shell takes as they are. */
const PLAIN = /^[A-Za-z0-9_./:=@%+-]+$/;

/** One word of a shell command. */
export function shellQuoted(word: string): string {
  return PLAIN.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/** A text within a comment of a script: one line, whatever it contains. */
export function commentText(text: string): string {
  return PLAIN.test(text) ? text : JSON.stringify(text);
}

/** The flags of kubectl for the cluster that was read. */
export function accessFlags({ kubeconfig, context }: ClusterOptions): string[] {
  return [
    ...(kubeconfig === undefined ? [] : [`--kubeconfig=${kubeconfig}`]),
    ...(context === undefined ? [] : [`--context=${context}`]),
  ];
}
