import { SecretUnreadable, type Vault } from './vault.ts';

export interface AwsOptions {
  region: string | undefined;
  /** Defaults to the service's own: `AWS_ENDPOINT_URL_SECRETS_MANAGER`. */
  endpoint: string | undefined;
  /** Milliseconds for one secret, over all attempts. */
  timeoutMs: number;
}

const ATTEMPTS = 3;

/**
 * Secrets of AWS Secrets Manager, with whatever credentials the AWS SDK finds in its usual places. The SDK is
 * imported here and not before: without a reference it is not loaded.
 * @throws {SecretUnreadable} without a region
 * @see https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html
 */
export async function openAwsVault({ region, endpoint, timeoutMs }: AwsOptions): Promise<Vault> {
  if (!region) throw new SecretUnreadable('AWS_REGION must be set to read it from AWS Secrets Manager');
  const { SecretsManagerClient, GetSecretValueCommand } = await import('@aws-sdk/client-secrets-manager');
  const client = new SecretsManagerClient({
    region,
    maxAttempts: ATTEMPTS,
    ...(endpoint ? { endpoint } : {}),
  });
  return {
    read: async (name) => {
      const timeout = AbortSignal.timeout(timeoutMs);
      try {
        const command = new GetSecretValueCommand({ SecretId: name });
        const late = new Promise<never>((_, reject) => {
          timeout.addEventListener('abort', () => reject(timeout.reason), { once: true });
        });
        // The signal ends the request; the race also ends a search for credentials that hangs.
        const { SecretString } = await Promise.race([client.send(command, { abortSignal: timeout }), late]);
        if (typeof SecretString !== 'string') throw new SecretUnreadable('the secret is binary, not text');
        return SecretString;
      } catch (error) {
        if (error instanceof SecretUnreadable) throw error;
        throw new SecretUnreadable(timeout.aborted ? `no answer in ${timeoutMs / 1000} s` : whyNot(error));
      }
    },
    close: () => client.destroy(),
  };
}

const REASONS: Record<string, string> = {
  ResourceNotFoundException: 'there is no such secret',
  AccessDeniedException: 'reading the secret is not allowed',
  DecryptionFailure: 'the secret cannot be decrypted with its key',
  UnrecognizedClientException: 'AWS does not know these credentials',
  InvalidSignatureException: 'AWS does not take these credentials',
  ExpiredTokenException: 'the AWS credentials have expired',
  CredentialsProviderError: 'there are no AWS credentials',
  ThrottlingException: 'AWS Secrets Manager is busy',
};

function whyNot(error: unknown): string {
  const { name, $metadata } = (error ?? {}) as { name?: string; $metadata?: { httpStatusCode?: number } };
  if (error instanceof SyntaxError) return 'AWS Secrets Manager sent something unreadable';
  const known = name ? REASONS[name] : undefined;
  if (known) return known;
  const status = $metadata?.httpStatusCode;
  if (status === undefined) return 'AWS Secrets Manager could not be reached';
  return `AWS Secrets Manager answered with an error (HTTP ${status})`;
}
