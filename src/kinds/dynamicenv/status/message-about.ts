/**
 * The message, after the workload that it is about (`<namespace>/<name>`). If the message names the workload itself, it stays as it is.
 *
 *     messageAbout('shop/api', 'no such image')                → 'shop/api: no such image'
 *     messageAbout('shop/api', 'Deployment shop/api not found') → 'Deployment shop/api not found'
 */
export function messageAbout(key: string, message: string): string {
  const words = message.split(/[\s,;:()"]+/);
  return words.includes(key) ? message : `${key}: ${message}`;
}
