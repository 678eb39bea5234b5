import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Groups of each user that has a token of its own. */
export type Users = Readonly<Record<string, readonly string[]>>;

/** May do everything, and is nobody in the eyes of policies that look at names. */
export const ADMIN = 'admin';
export const CONTROLLER_MANAGER = 'system:kube-controller-manager';

/**
 * Writes the API server's token file (CSV: token, user, uid, groups) and the key pair that signs the tokens of service
 * accounts into a folder; answers the token of each user.
 */
export async function writeCredentials(
  folder: string,
  users: Users,
): Promise<Record<string, string>> {
  const all: Users = { ...users, [ADMIN]: ['system:masters'], [CONTROLLER_MANAGER]: [] };
  const tokens = Object.fromEntries(Object.keys(all).map((user) => [user, randomUUID()]));
  const lines = Object.entries(all).map(
    ([user, groups]) => `${tokens[user]},${user},${user},"${groups.join(',')}"\n`,
  );
  const { publicKey, privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  await writeFile(join(folder, 'tokens.csv'), lines.join(''), { mode: 0o600 });
  await writeFile(join(folder, 'service-accounts.pub'), publicKey);
  await writeFile(join(folder, 'service-accounts.key'), privateKey, { mode: 0o600 });
  return tokens;
}
