import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The users that get a token, each with its groups. */
export type Users = Readonly<Record<string, readonly string[]>>;

/** The administrator: may do everything. No admission policy makes an exception for this name. */
export const ADMIN = 'admin';
export const CONTROLLER_MANAGER = 'system:kube-controller-manager';

/**
 * Writes into a folder: the API server's token file (CSV: token, user, uid, groups), and the key pair that signs the
 * tokens of service accounts. Returns the token of each user.
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
