import type { Definition } from './schema.ts';
import type { ApprovalRow, TemplateRow, TemplateWithNewest, VersionRow } from './store.ts';
import { eachStep } from './walk.ts';

export function templateView(row: TemplateWithNewest) {
  const { title, description, runner, steps } = row.definition as Definition;
  return {
    name: row.name,
    title,
    description,
    runner,
    steps: [...eachStep(steps)].length,
    publishedVersion: row.published_version,
    newestVersion: row.version,
    archivedAt: row.archived_at?.toISOString() ?? null,
    createdAt: row.created_at.toISOString(),
  };
}

export function versionView(row: VersionRow, template: TemplateRow, approvals: readonly ApprovalRow[]) {
  return {
    name: row.name,
    version: row.version,
    definition: row.definition as Record<string, unknown>,
    comment: row.comment,
    createdBy: row.created_by,
    createdAt: row.created_at.toISOString(),
    publishedAt: row.published_at?.toISOString() ?? null,
    publishedBy: row.published_by,
    isPublished: template.published_version === row.version,
    approvals: approvals
      .filter(({ version }) => version === row.version)
      .map((one) => ({
        approvedBy: one.approved_by,
        comment: one.comment,
        approvedAt: one.approved_at.toISOString(),
      })),
  };
}
