import { join } from 'node:path';

/** The private package that pins n8n and everything below it. */
export const N8N_HOST_DIRECTORY = join(import.meta.dirname, '..', '..', 'n8n-host');

/** n8n's own command, run by the Node that runs us. */
export const N8N_COMMAND = join(N8N_HOST_DIRECTORY, 'node_modules', 'n8n', 'bin', 'n8n');
