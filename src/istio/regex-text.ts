/** A text as a part of a regex that matches the text itself, for RE2. */
export function escapedRegex(text: string): string {
  return text.replace(/[\\.+*?()[\]{}|^$]/g, '\\$&');
}
