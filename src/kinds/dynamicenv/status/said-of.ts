/**
 * A message with the workload that it is about (`<namespace>/<name>`) before it, unless it names it itself.
 *
 *     saidOf('shop/api', 'no such image')                → 'shop/api: no such image'
 *     saidOf('shop/api', 'Deployment shop/api not found') → 'Deployment shop/api not found'
 */
export function saidOf(key: string, message: string): string {
  const words = message.split(/[\s,;:()"]+/);
  return words.includes(key) ? message : `${key}: ${message}`;
}
