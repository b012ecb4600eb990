import type { VersionContent } from './store.ts';

/** Where prompts are kept when that is not PostgreSQL: what is read there is mirrored, so nothing waits for it. */
export interface PromptSource {
  /**
   * It keeps the prompts of this tenant, and of no other: its keys belong to one company.
   * @throws where it keeps those of another tenant
   */
  claim(tenantId: string): void;
  /** Whether it keeps the prompts of this tenant. */
  serves(tenantId: string): boolean;
  /**
   * Brings the mirror up to date, where it was not lately. Never rejects: a source that does not answer leaves the
   * mirror as it is, and what is resolved from it says that it is a fallback.
   */
  refresh(tenantId: string, options: { force: boolean }): Promise<void>;
  /** Saves a version and answers its number there. @throws {Problem} SERVICE_UNAVAILABLE */
  create(name: string, content: VersionContent, commitMessage: string): Promise<number>;
  /** Moves a label. @throws {Problem} SERVICE_UNAVAILABLE */
  moveLabel(name: string, label: string, version: number): Promise<void>;
}
