import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { selfSigned } from '../../test/http/lib/certificate.ts';

/** Writes a self-signed certificate into the folder, and returns the service's flags for TLS on this port. */
export async function encryptedFlags(folder: string, port: number): Promise<string[]> {
  const [cert, key] = [join(folder, 'tls.crt'), join(folder, 'tls.key')];
  const pair = selfSigned('127.0.0.1');
  await writeFile(cert, pair.cert);
  await writeFile(key, pair.key);
  return [`--tls-port=${port}`, `--tls-cert-file=${cert}`, `--tls-key-file=${key}`];
}
