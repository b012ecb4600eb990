import type { Request } from 'express';
import { Problem } from '../problem.ts';

/**
 * Refuses what a page sent that is neither ours nor listed. The Host header does not count: a name that an attacker
 * points at this machine would be in both headers. Programs send no Origin and pass.
 * @throws {Problem} CSRF_REFUSED
 * @see https://modelcontextprotocol.io/specification/2025-11-25/basic/transports#security-warning
 */
export function requireAllowedOrigin(
  request: Pick<Request, 'get'>,
  { publicUrl, allowedOrigins }: { publicUrl: string; allowedOrigins: readonly string[] },
): void {
  const origin = request.get('origin');
  if (origin === undefined || origin === new URL(publicUrl).origin || allowedOrigins.includes(origin)) return;
  throw new Problem(
    'CSRF_REFUSED',
    'Pages of this origin may not use MCP. MCP_ALLOWED_ORIGINS can allow it.',
  );
}
