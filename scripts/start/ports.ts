import { claimPort } from '../../workflows/src/ports.ts';
import type { Options } from './options.ts';
import { StartError } from './start-error.ts';

const VARIABLES = {
  api: 'PORT',
  n8n: 'N8N_PORT',
  inbox: 'INBOX_HTTP_PORT',
  smtp: 'INBOX_SMTP_PORT',
  dashboards: 'PREVIEW_PORT',
} as const;

/** Before anything takes time. @throws {StartError} with the port that is taken and the variable that names it */
export async function requireFreePorts(ports: Partial<Options['ports']>): Promise<void> {
  for (const [part, port] of Object.entries(ports) as [keyof typeof VARIABLES, number][]) {
    const variable = VARIABLES[part];
    await claimPort(port, '127.0.0.1', variable).catch(() => {
      throw new StartError(
        `Port ${port} on 127.0.0.1 is already in use. Stop the process that uses it, or set ${variable}.`,
      );
    });
  }
}
