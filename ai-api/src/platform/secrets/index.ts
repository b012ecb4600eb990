import { openAwsVault } from './aws.ts';
import { resolveSecrets } from './references.ts';

export { referencesIn, SecretsError } from './references.ts';

const TIMEOUT_MS = 10_000;

/**
 * The environment of the process with every `aws-sm://name#key` resolved by AWS Secrets Manager.
 * `AWS_REGION` says where, `AWS_ENDPOINT_URL_SECRETS_MANAGER` overrides the address.
 * @throws {import('./references.ts').SecretsError} one line for each variable that could not be resolved
 */
export function resolveEnvironment<E extends Record<string, string | undefined>>(
  env: E,
  timeoutMs = TIMEOUT_MS,
): Promise<E> {
  return resolveSecrets(env, () =>
    openAwsVault({
      region: env.AWS_REGION || env.AWS_DEFAULT_REGION,
      endpoint: env.AWS_ENDPOINT_URL_SECRETS_MANAGER || undefined,
      timeoutMs,
    }),
  );
}
