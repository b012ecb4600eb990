import type { AccessesTables } from './schema/accesses.ts';
import type { AgentsTables } from './schema/agents.ts';
import type { ApprovalsTables } from './schema/approvals.ts';
import type { AuditTables } from './schema/audit.ts';
import type { ComplianceTables } from './schema/compliance.ts';
import type { ContestsTables } from './schema/contests.ts';
import type { ContextTables } from './schema/context.ts';
import type { ContextAnalyticsTables } from './schema/context-analytics.ts';
import type { ContextLinksTables } from './schema/context-links.ts';
import type { ContextRepositoriesTables } from './schema/context-repositories.ts';
import type { DecisionsTables } from './schema/decisions.ts';
import type { EvaluationsTables } from './schema/evaluations.ts';
import type { EventsTables } from './schema/events.ts';
import type { FilesTables } from './schema/files.ts';
import type { GatesTables } from './schema/gates.ts';
import type { IdentityTables } from './schema/identity.ts';
import type { JudgementTables } from './schema/judgement.ts';
import type { KnowledgeTables } from './schema/knowledge.ts';
import type { LicencesTables } from './schema/licences.ts';
import type { ModelsTables } from './schema/models.ts';
import type { NoticesTables } from './schema/notices.ts';
import type { NotificationsTables } from './schema/notifications.ts';
import type { PeopleTables } from './schema/people.ts';
import type { PerformanceTables } from './schema/performance.ts';
import type { PlansTables } from './schema/plans.ts';
import type { PlatformHttpTables } from './schema/platform-http.ts';
import type { PrivacyTables } from './schema/privacy.ts';
import type { PromptsTables } from './schema/prompts.ts';
import type { QualityTables } from './schema/quality.ts';
import type { ReceiptsTables } from './schema/receipts.ts';
import type { ValidationTables } from './schema/validation.ts';
import type { WorkflowsTables } from './schema/workflows.ts';

/** Every table, as the migrations make them, by the module that owns it. A module's store touches its own schema only. */
export interface Schema
  extends AccessesTables,
    AgentsTables,
    ApprovalsTables,
    AuditTables,
    ComplianceTables,
    ContestsTables,
    ContextTables,
    ContextAnalyticsTables,
    ContextLinksTables,
    ContextRepositoriesTables,
    DecisionsTables,
    EvaluationsTables,
    EventsTables,
    FilesTables,
    GatesTables,
    IdentityTables,
    JudgementTables,
    KnowledgeTables,
    LicencesTables,
    ModelsTables,
    NoticesTables,
    NotificationsTables,
    PeopleTables,
    PerformanceTables,
    PlansTables,
    PlatformHttpTables,
    PrivacyTables,
    PromptsTables,
    QualityTables,
    ReceiptsTables,
    ValidationTables,
    WorkflowsTables {}
