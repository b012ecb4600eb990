import { subjectOf } from '../repositories/index.ts';
import type { LinkRow } from './store.ts';

/** A link with what people need to see of both sides. */
export function linkView(row: LinkRow) {
  return {
    linkId: row.id,
    level: row.level,
    status: row.status,
    score: row.score,
    reasons: row.reasons,
    conversation: {
      conversationId: row.conversation_id,
      title: row.title,
      tool: row.tool,
      author: row.owner_name,
      startedAt: row.started_at?.toISOString() ?? null,
    },
    messageId: row.message_id,
    commit: {
      commitId: row.commit_id,
      sha: row.sha,
      subject: subjectOf(row.message),
      repositoryId: row.repository_id,
      repository: row.full_name,
      committedAt: row.committed_at.toISOString(),
      reachable: row.unreachable_at === null,
    },
    judgementId: row.judgement_id,
    decidedBy: row.decided_by,
    decidedAt: row.decided_at?.toISOString() ?? null,
  };
}
