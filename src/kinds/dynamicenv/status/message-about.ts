/**
 * A message with the workload that it is about (`<namespace>/<name>`) before it, unless it names it itself.
 *
 *     messageAbout('shop/api', 'no such image')                → 'shop/api: no such image'
 *     messageAbout('shop/api', 'Deployment shop/api not found') → 'Deployment shop/api not found'
 */
export function messageAbout(key: string, message: string): string {
  const words = message.split(/[\s,;:()"]+/);
  return words.includes(key) ? message : `${key}: ${message}`;
}
