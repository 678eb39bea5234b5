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
