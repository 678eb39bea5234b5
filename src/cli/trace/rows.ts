const WIDTH = 15;

/** Lines with a label before the first one. */
export function rows(label: string, texts: readonly string[]): string[] {
  return texts.map((text, i) => `  ${(i === 0 ? label : '').padEnd(WIDTH)}${text}`);
}
