import { createHmac } from 'node:crypto';
import { z } from 'zod';
import { canonicalJson } from './canonical-json.ts';
import { pages } from './pages.ts';
import type { N8nSession } from './session.ts';
import { readState, updateState } from './state.ts';

export type CredentialInput = {
  /** 1 to 16 letters, digits, `_` or `-`; n8n chooses one when absent. */
  id?: string;
  name: string;
  /** n8n's type, for instance `smtp` or `httpHeaderAuth`. */
  type: string;
  /** The fields of the type, secrets included. */
  data: Record<string, unknown>;
};

export type Credential = { id: string; name: string; type: string };
export type Change = 'created' | 'updated' | 'unchanged' | 'kept';

const credentialSchema = z.object({
  id: z.string(),
  name: z.string(),
  type: z.string(),
  updatedAt: z.string(),
});

export async function listCredentials(session: N8nSession): Promise<Credential[]> {
  return pages(session, '/credentials', credentialSchema, 'list its credentials');
}

/**
 * Creates a credential, or brings the one with the same id, else the same name and type, up to date.
 * n8n never shows secrets again, so "unchanged" is known only with a state file.
 */
export async function upsertCredential(
  session: N8nSession,
  input: CredentialInput,
  stateFile?: string,
): Promise<Credential & { change: Change }> {
  const all = await pages(session, '/credentials', credentialSchema, 'list its credentials');
  const existing =
    all.find((item) => item.id === input.id) ??
    all.find((item) => item.name === input.name && item.type === input.type);
  const state = stateFile ? readState(stateFile) : undefined;
  const digest = state && createHmac('sha256', state.digestKey).update(canonicalJson(input)).digest('hex');
  const known = existing && state?.credentials[existing.id];
  if (existing && known?.digest === digest && known?.updatedAt === existing.updatedAt) {
    return { id: existing.id, name: existing.name, type: existing.type, change: 'unchanged' };
  }
  const saved = credentialSchema.parse(
    existing
      ? await session.api(
          {
            method: 'PATCH',
            path: `/credentials/${existing.id}`,
            body: { name: input.name, type: input.type, data: input.data },
          },
          `update the credential "${input.name}"`,
        )
      : await session.api(
          { method: 'POST', path: '/credentials', body: input },
          `create the credential "${input.name}"`,
        ),
  );
  if (stateFile && state && digest) {
    const entry = { digest, updatedAt: saved.updatedAt };
    updateState(stateFile, {
      digestKey: state.digestKey,
      credentials: { ...state.credentials, [saved.id]: entry },
    });
  }
  return { id: saved.id, name: saved.name, type: saved.type, change: existing ? 'updated' : 'created' };
}
