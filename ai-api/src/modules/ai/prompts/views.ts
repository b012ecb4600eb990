import type { z } from 'zod';
import type { CheckFinding, prompt, Replay } from './contract.ts';
import type { LabelRecord, MoveRecord, PromptRecord, VersionRecord } from './store.ts';
import type { ApprovalRecord, CheckRecord } from './store-release.ts';

type Operations = (typeof prompt)['operations'];
export type PromptView = z.input<Operations['setLabel']['output']>;
export type VersionView = z.input<Operations['get']['output']>;
export type CheckView = z.input<Operations['check']['output']>;

export function promptView(
  row: PromptRecord & { latest: number },
  labels: readonly LabelRecord[],
  supplied: readonly string[] | null,
  source: PromptView['source'],
): PromptView {
  return {
    name: row.name,
    description: row.description,
    supplied: supplied && [...supplied],
    latestVersion: row.latest,
    labels: labels
      .filter(({ name }) => name === row.name)
      .map(({ label, version, moved_by, moved_at }) => ({
        label,
        version,
        movedBy: moved_by,
        movedAt: moved_at.toISOString(),
      })),
    source,
    mirroredAt: row.mirrored_at?.toISOString() ?? null,
    mirrorError: row.mirror_error,
    held: row.held,
  };
}

export function versionView(
  row: VersionRecord,
  labels: readonly LabelRecord[],
  check: CheckRecord | undefined,
  approvals: readonly ApprovalRecord[],
): VersionView {
  return {
    name: row.name,
    version: row.version,
    text: row.text,
    variables: row.variables,
    config: row.config,
    commitMessage: row.commit_message,
    origin: row.origin,
    createdBy: row.created_by,
    createdAt: row.created_at.toISOString(),
    labels: labels
      .filter(({ name, version }) => name === row.name && version === row.version)
      .map(({ label }) => label),
    check: check ? checkView(check) : null,
    approvals: approvals
      .filter(({ version }) => version === row.version)
      .map(({ approved_by, comment, approved_at }) => ({
        approvedBy: approved_by,
        comment,
        approvedAt: approved_at.toISOString(),
      })),
    langfuseVersion: row.langfuse_version,
  };
}

export function checkView(row: CheckRecord): CheckView {
  return {
    checkId: row.id,
    name: row.name,
    version: row.version,
    passed: row.passed,
    findings: row.findings as CheckFinding[],
    replay: row.replay as Replay,
    checkedBy: row.checked_by,
    checkedAt: row.checked_at.toISOString(),
  };
}

export function moveView({ label, from_version, to_version, moved_by, reason, moved_at }: MoveRecord) {
  return {
    label,
    from: from_version,
    to: to_version,
    movedBy: moved_by,
    reason,
    movedAt: moved_at.toISOString(),
  };
}
