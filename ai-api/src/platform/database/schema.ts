import type { Generated, GeneratedAlways, JSONColumnType } from 'kysely';

type Timestamp = Generated<Date>;
/** Filled in by the database from the transaction's tenant; stores never write it. */
type TenantId = GeneratedAlways<string>;
type Json<T extends object> = JSONColumnType<T>;

/** Every table, as the migrations make them. A module's store touches its own schema only. */
export interface Schema {
  'identity.tenants': {
    id: string;
    name: string;
    tier: Generated<'starter' | 'pro' | 'enterprise'>;
    data_region: string | null;
    settings: JSONColumnType<object, string | undefined, string>;
    updated_at: Timestamp;
    created_at: Timestamp;
  };
  'identity.api_keys': {
    id: string;
    tenant_id: string;
    name: string;
    prefix: string;
    secret_hash: string;
    roles: string[];
    scopes: Generated<string[]>;
    /** Who made it, as the audit trail names them. */
    created_by: Generated<string | null>;
    expires_at: Date | null;
    last_used_at: Generated<Date | null>;
    /** The secret before the last rotation, which works too until `previous_until`. */
    previous_hash: Generated<string | null>;
    previous_until: Generated<Date | null>;
    revoked_at: Generated<Date | null>;
    created_at: Timestamp;
  };
  'identity.users': {
    id: string;
    tenant_id: TenantId;
    email: string;
    name: string;
    roles: string[];
    status: 'active' | 'invited' | 'disabled';
    password_hash: Generated<string | null>;
    invitation_hash: Generated<string | null>;
    invitation_until: Generated<Date | null>;
    last_sign_in_at: Generated<Date | null>;
    created_at: Timestamp;
    updated_at: Timestamp;
  };
  'identity.external_identities': {
    tenant_id: TenantId;
    issuer: string;
    subject: string;
    user_id: string;
    created_at: Timestamp;
  };
  'identity.sessions': {
    id: string;
    tenant_id: TenantId;
    user_id: string;
    kind: 'browser' | 'token';
    /** Of the cookie; a session of tokens has none. */
    secret_hash: string | null;
    provider: string;
    user_agent: string | null;
    created_at: Timestamp;
    last_seen_at: Timestamp;
    idle_until: Date;
    expires_at: Date;
    ended_at: Generated<Date | null>;
    ended_because: Generated<string | null>;
  };
  'identity.refresh_tokens': {
    hash: string;
    tenant_id: TenantId;
    session_id: string;
    created_at: Timestamp;
    expires_at: Date;
    used_at: Generated<Date | null>;
  };
  'identity.sign_ins': {
    state_hash: string;
    tenant_id: TenantId;
    provider: string;
    browser_hash: string;
    sealed: string;
    expires_at: Date;
  };
  'people.superbuilders': {
    tenant_id: TenantId;
    builder_id: string;
    name: string;
    email: string;
    team: string;
    title: string | null;
    status: 'active' | 'on_leave' | 'left';
    started_on: string;
    weekly_hours: number;
    timezone: string | null;
    updated_at: Timestamp;
  };
  'people.projects': {
    tenant_id: TenantId;
    project_id: string;
    name: string;
    builder_id: string;
    status: 'active' | 'paused' | 'done';
    stage: 'idea' | 'validation' | 'build' | 'launch' | 'growth';
    tam_usd: number | null;
    tam_rationale: string | null;
    goal: string | null;
    updated_at: Timestamp;
  };
  'people.project_stages': {
    tenant_id: TenantId;
    project_id: string;
    stage: 'idea' | 'validation' | 'build' | 'launch' | 'growth';
    entered_on: string;
    /** Orders stages that were entered on the same day. */
    position: Generated<number>;
  };
  'people.metrics_weekly': {
    tenant_id: TenantId;
    builder_id: string;
    week: string;
    hours_worked: number | null;
    active_days: number | null;
    brainlift_quality: number | null;
    brainlift_entries: number | null;
    goals_set: number | null;
    goals_met: number | null;
    note: string | null;
    updated_at: Timestamp;
  };
  'people.project_metrics_weekly': {
    tenant_id: TenantId;
    project_id: string;
    week: string;
    goals_set: number | null;
    goals_met: number | null;
    active_users: number | null;
    revenue_micros: number | null;
    updated_at: Timestamp;
  };
  'people.time_entries': {
    tenant_id: TenantId;
    entry_id: string;
    builder_id: string;
    project_id: string | null;
    started_at: Date;
    ended_at: Date;
    updated_at: Timestamp;
  };
  'people.leave': {
    tenant_id: TenantId;
    builder_id: string;
    first_day: string;
    last_day: string;
    updated_at: Timestamp;
  };
  'people.project_members': {
    tenant_id: TenantId;
    project_id: string;
    builder_id: string;
    last_day: string | null;
    updated_at: Timestamp;
  };
  'people.project_budgets': {
    tenant_id: TenantId;
    project_id: string;
    monthly_hours: number;
    updated_at: Timestamp;
  };
  'judgement.rules': {
    id: string;
    tenant_id: TenantId;
    kind: string;
    key: string;
    version: number;
    definition: Json<object>;
    enabled: Generated<boolean>;
    effective_from: Timestamp;
    comment: Generated<string | null>;
    created_by: string;
    created_at: Timestamp;
  };
  'judgement.thresholds': {
    id: string;
    tenant_id: TenantId;
    kind: string;
    version: number;
    yes_at: number;
    no_at: number;
    slope: number;
    intercept: number;
    reason: string;
    created_by: string;
    created_at: Timestamp;
  };
  'judgement.judgements': {
    id: string;
    tenant_id: TenantId;
    kind: string;
    subject_id: string;
    grade: string;
    outcome: string | null;
    score: number | null;
    coverage: number;
    confidence: number | null;
    needs_review: boolean;
    review_reasons: Json<string[]>;
    engine: 'rules' | 'model' | 'human';
    criteria: Json<object[]>;
    feedback: string;
    facts: Json<object>;
    rules: Json<{ key: string; version: number }[]>;
    prompt: Json<{ name: string; version: number | string }> | null;
    model: string | null;
    model_failure: Json<object> | null;
    tokens_in: Generated<number>;
    tokens_out: Generated<number>;
    trace_id: string | null;
    decided_by: string | null;
    reason: string | null;
    supersedes: string | null;
    created_at: Timestamp;
  };
  'prompts.prompts': {
    tenant_id: TenantId;
    name: string;
    description: string;
    /** When Langfuse last told what it has; null where it is not the source. */
    mirrored_at: Generated<Date | null>;
    mirror_error: Generated<string | null>;
    /** A version that Langfuse labels production, but that may not serve yet. */
    held: Json<{ version: number; reason: string }> | null;
    created_at: Timestamp;
  };
  'prompts.versions': {
    tenant_id: TenantId;
    name: string;
    version: number;
    text: string;
    variables: Json<{ name: string; description: string; value?: string }[]>;
    config: Json<Record<string, unknown>>;
    commit_message: string;
    origin: 'seed' | 'person' | 'langfuse' | 'optimizer';
    langfuse_version: number | null;
    created_by: string;
    created_by_id: string;
    created_at: Timestamp;
  };
  'prompts.labels': {
    tenant_id: TenantId;
    name: string;
    label: string;
    version: number;
    moved_by: string;
    moved_at: Timestamp;
  };
  'prompts.label_moves': {
    id: string;
    tenant_id: TenantId;
    name: string;
    label: string;
    from_version: number | null;
    to_version: number | null;
    moved_by: string;
    reason: string | null;
    moved_at: Timestamp;
  };
  'prompts.checks': {
    id: string;
    tenant_id: TenantId;
    name: string;
    version: number;
    passed: boolean;
    findings: Json<object[]>;
    replay: Json<object>;
    checked_by: string;
    checked_at: Timestamp;
  };
  'prompts.approvals': {
    tenant_id: TenantId;
    name: string;
    version: number;
    approved_by: string;
    approved_by_id: string;
    comment: string;
    approved_at: Timestamp;
  };
  'prompts.settings': { tenant_id: TenantId; two_person_rule: Generated<boolean> };
  'prompts.experiments': {
    id: string;
    tenant_id: TenantId;
    name: string;
    title: string;
    hypothesis: string;
    label: string;
    share: number;
    metric: string;
    minimum_sample: number;
    status: Generated<'draft' | 'running' | 'stopped'>;
    control_version: number | null;
    treatment_version: number | null;
    created_by: string;
    created_at: Timestamp;
    started_at: Date | null;
    stopped_at: Date | null;
    stop_reason: string | null;
    report: Json<object> | null;
  };
  'prompts.optimizations': {
    id: string;
    tenant_id: TenantId;
    name: string;
    status: string;
    split_by: 'time' | 'person';
    base_version: number;
    instructions: string | null;
    cases: Json<object> | null;
    progress: Json<object>;
    proposal: Json<object> | null;
    reason: string | null;
    accepted_version: number | null;
    decided_by: string | null;
    requested_by: string;
    requested_by_id: string;
    created_at: Timestamp;
    updated_at: Timestamp;
  };
  'evaluations.runs': {
    id: string;
    tenant_id: TenantId;
    week: string;
    dry_run: boolean;
    status: 'running' | 'completed';
    engine: 'rules' | 'model';
    started_by: string;
    started_at: Timestamp;
    completed_at: Date | null;
    /** Which versions of prompts the run is judged with. */
    prompts: Json<object[]>;
    progress_at: Generated<Date | null>;
    /** Rises whenever an answer about a completed run would be another one. */
    revision: Generated<number>;
  };
  'evaluations.evaluations': {
    id: string;
    tenant_id: TenantId;
    run_id: string;
    builder_id: string;
    name: string;
    email: string;
    team: string;
    status: Generated<'pending' | 'judged' | 'failed'>;
    attempts: Generated<number>;
    error: string | null;
    judgement_id: string | null;
    grade: string | null;
    score: number | null;
    coverage: number | null;
    engine: 'rules' | 'model' | 'human' | null;
    needs_review: Generated<boolean>;
    feedback: string | null;
    notified_at: Date | null;
    updated_at: Timestamp;
  };
  'evaluations.project_grades': {
    tenant_id: TenantId;
    evaluation_id: string;
    run_id: string;
    project_id: string;
    name: string;
    judgement_id: string;
    grade: string;
    score: number | null;
  };
  'approvals.groups': {
    id: string;
    tenant_id: TenantId;
    name: string;
    team: string | null;
    escalation: boolean;
    members: string[];
    created_at: Timestamp;
  };
  'approvals.approvals': {
    id: string;
    tenant_id: TenantId;
    version: Generated<number>;
    state: 'submitted' | 'in_review' | 'awaiting_second' | 'approved' | 'rejected' | 'withdrawn';
    builder_id: string;
    project_id: string | null;
    day: string;
    week: string;
    hours: number;
    starts_at: Date | null;
    ends_at: Date | null;
    category: 'development' | 'research' | 'meeting' | 'training' | 'travel' | 'support' | 'other';
    justification: string;
    attachments: Json<{ name: string; contentType: string; bytes: number; key: string }[]>;
    submitted_by: string;
    submitted_user: string | null;
    decided_hours: number | null;
    engine: 'rules' | 'model' | 'human' | null;
    confidence: number | null;
    reason: string | null;
    decided_by: string | null;
    decided_user: string | null;
    decided_at: Date | null;
    /** The first of two people who approve. */
    first_user: string | null;
    judgement_id: string | null;
    group_id: string | null;
    due_at: Date | null;
    reminded_at: Date | null;
    escalated_at: Date | null;
    appeal: string | null;
    /** Who rejected it before the appeal. */
    appealed_from: string | null;
    audit: 'due' | 'confirmed' | 'overturned' | null;
    created_at: Timestamp;
    updated_at: Timestamp;
  };
  'approvals.steps': {
    id: string;
    tenant_id: TenantId;
    approval_id: string;
    at: Date;
    step:
      | 'submitted'
      | 'flagged'
      | 'approved'
      | 'approved_first'
      | 'rejected'
      | 'withdrawn'
      | 'appealed'
      | 'reminded'
      | 'escalated'
      | 'confirmed';
    by: string;
    engine: 'rules' | 'model' | 'human';
    hours: number | null;
    reason: string | null;
  };
  'approvals.delegations': {
    id: string;
    tenant_id: TenantId;
    from_email: string;
    to_email: string;
    first_day: string;
    last_day: string;
  };
  'approvals.settings': { tenant_id: TenantId; value: Json<object>; updated_at: Timestamp };
  'gates.gates': {
    id: string;
    tenant_id: TenantId;
    from_stage: 'idea' | 'validation' | 'build' | 'launch' | 'growth';
    to_stage: 'idea' | 'validation' | 'build' | 'launch' | 'growth';
    version: Generated<number>;
    name: string;
    criteria: Json<object[]>;
    changed_by: string;
    changed_at: Timestamp;
  };
  'gates.evaluations': {
    id: string;
    tenant_id: TenantId;
    gate_id: string;
    gate_version: number;
    project_id: string;
    version: Generated<number>;
    /** The criteria as they were. */
    criteria: Json<object[]>;
    judgement_id: string;
    waived_by: string | null;
    waiver: string | null;
    evaluated_by: string;
    created_at: Timestamp;
    updated_at: Timestamp;
  };
  'performance.pips': {
    id: string;
    tenant_id: TenantId;
    version: Generated<number>;
    builder_id: string;
    reason: string;
    goals: Json<object[]>;
    starts_on: string;
    ends_on: string;
    status: Generated<'active' | 'met' | 'not_met' | 'cancelled'>;
    outcome: string | null;
    created_by: string;
    closed_by: string | null;
    closed_at: Date | null;
    created_at: Timestamp;
  };
  'performance.check_ins': {
    id: string;
    tenant_id: TenantId;
    pip_id: string;
    note: string;
    progress: Json<object[]>;
    made_by: string;
    created_at: Timestamp;
  };
  'knowledge.documents': {
    id: string;
    tenant_id: TenantId;
    folder: 'policies' | 'sops' | 'rubrics' | 'templates';
    name: string;
    title: string;
    status: Generated<'active' | 'superseded' | 'retired'>;
    superseded_by: string | null;
    reason: string | null;
    version: Generated<number>;
    /** The version that is searched; null before the first was read. */
    indexed_version: number | null;
    created_by: string;
    created_at: Timestamp;
    updated_at: Timestamp;
  };
  'knowledge.versions': {
    id: string;
    tenant_id: TenantId;
    document_id: string;
    version: number;
    object_key: string;
    content_type: string;
    bytes: number;
    sha256: string;
    state: Generated<'pending' | 'indexed' | 'failed'>;
    error: string | null;
    pages: number | null;
    passages: number | null;
    comment: string | null;
    uploaded_by: string;
    created_at: Timestamp;
  };
  'knowledge.passages': {
    id: string;
    tenant_id: TenantId;
    document_id: string;
    version: number;
    place: number;
    heading: string[];
    page: number | null;
    text: string;
    words: GeneratedAlways<string>;
  };
  'knowledge.conversations': {
    id: string;
    tenant_id: TenantId;
    owner: string;
    created_at: Timestamp;
    updated_at: Timestamp;
  };
  'knowledge.turns': {
    id: string;
    tenant_id: TenantId;
    conversation_id: string;
    question: string;
    status: 'answered' | 'not said' | 'passages';
    engine: 'rules' | 'model';
    answer: string;
    sentences: Json<object[]>;
    citations: Json<object[]>;
    model: string | null;
    model_failure: string | null;
    prompt: Json<object> | null;
    trace_id: string | null;
    helpful: boolean | null;
    comment: string | null;
    created_at: Timestamp;
  };
  'audit.events': {
    tenant_id: TenantId;
    seq: number;
    occurred_at: Date;
    actor_key_id: string | null;
    actor_name: string;
    acting_for: string | null;
    operation: string;
    subject: string;
    request_id: string | null;
    payload_digest: string;
    previous_hash: string;
    hash: string;
  };
  'audit.payloads': {
    tenant_id: TenantId;
    seq: number;
    part: number;
    subjects: string[];
    digest: string;
    salt: string | null;
    content: string | null;
    recorded_at: Date;
    erased_at: Date | null;
    erased_reason: string | null;
    erased_in: number | null;
  };
  'audit.heads': { tenant_id: TenantId; seq: number; previous_hash: string; hash: string };
  'audit.retention_policies': { tenant_id: TenantId; years: number; updated_at: Timestamp };
  'models.calls': {
    id: string;
    tenant_id: TenantId;
    /** The same for all attempts of one call. */
    call_id: string;
    attempt: number;
    kind: 'chat' | 'embedding';
    purpose: string;
    subject: string | null;
    judgement_id: string | null;
    person: string | null;
    session_id: string | null;
    prompt_name: string | null;
    prompt_version: string | null;
    provider: string;
    model: string;
    outcome: string;
    error: string | null;
    tokens_in: number;
    tokens_out: number;
    tokens_cached: number;
    tokens_estimated: boolean;
    cost_micros: number | null;
    latency_ms: number;
    trace_id: string | null;
    /** Masked, and forgotten after a while. */
    input: string | null;
    output: string | null;
    started_at: Date;
  };
  'models.traces': {
    tenant_id: TenantId;
    /** 32 hex digits (W3C trace context). */
    id: string;
    content: Json<object>;
    started_at: Date;
    export_after: Timestamp;
    export_attempts: Generated<number>;
    exported_at: Date | null;
  };
  'models.budgets': { tenant_id: TenantId; daily_micros: number; updated_at: Timestamp };
  'models.embedding_cache': {
    tenant_id: TenantId;
    provider: string;
    model: string;
    dimensions: number;
    input_type: 'query' | 'document';
    content_hash: string;
    /** 32-bit floats, little endian. */
    vector: Uint8Array;
    used_at: Timestamp;
  };
  'models.embedding_spaces': {
    id: string;
    tenant_id: TenantId;
    collection: string;
    provider: string;
    model: string;
    dimensions: number;
    state: 'building' | 'active';
    created_at: Timestamp;
  };
  'models.embeddings': {
    tenant_id: TenantId;
    space_id: string;
    item_id: string;
    provider: string;
    model: string;
    dimensions: number;
    content_hash: string;
    vector: number[];
  };
  'events.outbox': {
    id: string;
    tenant_id: TenantId;
    type: string;
    data: Json<object>;
    occurred_at: Timestamp;
    /** Number of the transaction that wrote it; with the id, the order that readers follow. */
    committed_in: Generated<number>;
  };
  'events.endpoints': {
    id: string;
    tenant_id: TenantId;
    url: string;
    events: string[];
    /** Sealed; so is the previous one, which signs too until `previous_until`. */
    secret: string;
    previous_secret: Generated<string | null>;
    previous_until: Generated<Date | null>;
    state: Generated<'healthy' | 'failing' | 'disabled'>;
    state_reason: Generated<string | null>;
    failures: Generated<number>;
    failing_since: Generated<Date | null>;
    paused_until: Generated<Date | null>;
    created_at: Timestamp;
  };
  'events.deliveries': {
    id: string;
    tenant_id: TenantId;
    event_id: string;
    endpoint_id: string;
    status: Generated<'pending' | 'delivered' | 'failed'>;
    attempts: Generated<number>;
    last_error: string | null;
    /** Rises when somebody asks to send it again; jobs of earlier rounds are void. */
    round: Generated<number>;
    next_attempt_at: Generated<Date | null>;
    created_at: Timestamp;
    updated_at: Timestamp;
  };
  'events.attempts': {
    id: string;
    tenant_id: TenantId;
    delivery_id: string;
    at: Timestamp;
    duration_ms: number;
    response_status: number | null;
    error: string | null;
  };
  'events.tickets': { hash: string; tenant_id: TenantId; caller: Json<object>; expires_at: Date };
  'decisions.requests': {
    id: string;
    tenant_id: TenantId;
    title: string;
    message: string | null;
    /** Names and values, in the order they were given. */
    details: Json<[string, string | number | boolean][]>;
    approve_label: string;
    decline_label: string;
    reason_required: boolean;
    reference: string | null;
    /** Sealed: whoever knows it may go on with what waits there. */
    callback_url: string | null;
    callback_state: 'pending' | 'delivered' | 'failed' | null;
    status: Generated<'pending' | 'approved' | 'declined' | 'expired' | 'cancelled'>;
    reason: string | null;
    decided_at: Date | null;
    decided_via: 'link' | 'api' | null;
    decided_by: string | null;
    requested_by: string;
    expires_at: Date;
    created_at: Timestamp;
  };
  'decisions.approvers': {
    id: string;
    tenant_id: TenantId;
    decision_id: string;
    email: string;
    mails: Generated<number>;
    mailed_at: Date | null;
    mail_error: string | null;
  };
  'decisions.links': { hash: string; tenant_id: TenantId; approver_id: string; created_at: Timestamp };
  'platform_http.idempotency_keys': {
    tenant_id: TenantId;
    credential: string;
    operation: string;
    key_hash: string;
    request_hash: string;
    state: 'in_flight' | 'done';
    attempt: string;
    lease_until: Date;
    status: number | null;
    headers: Json<object> | null;
    /** Sealed with the client's key. */
    body: string | null;
    created_at: Timestamp;
    acted_at: Date | null;
    expires_at: Date;
  };
  'quality.score_configs': {
    id: string;
    tenant_id: TenantId;
    name: string;
    data_type: 'NUMERIC' | 'CATEGORICAL' | 'BOOLEAN' | 'TEXT';
    description: string;
    /** Null is every kind. */
    kinds: string[] | null;
    min_value: number | null;
    max_value: number | null;
    categories: Json<{ label: string; value: number | null }[]> | null;
    source: 'built-in' | 'own';
    archived_at: Date | null;
    created_by: string;
    created_at: Timestamp;
  };
  'quality.sampling': {
    tenant_id: TenantId;
    kind: string;
    random_share: number;
    low_confidence: number;
    overridden: boolean;
    flagged: boolean;
    double_share: number;
    lease_minutes: number;
    updated_by: string;
    updated_at: Timestamp;
  };
  'quality.reviews': {
    id: string;
    tenant_id: TenantId;
    judgement_id: string;
    kind: string;
    subject_id: string;
    grade: string;
    outcome: string | null;
    confidence: number | null;
    engine: 'rules' | 'model' | 'human';
    prompt: Json<{ name: string; version: string | number }> | null;
    reasons: Json<object[]>;
    /** Drawn by chance: such reviews alone tell about all judgements. */
    is_random: boolean;
    priority: number;
    wanted: number;
    /** Reviewers who have it or have had it to the end. */
    taken: Generated<number>;
    finished: Generated<number>;
    status: Generated<'open' | 'done'>;
    langfuse: Generated<'off' | 'pending' | 'sent' | 'failed'>;
    langfuse_error: string | null;
    created_at: Timestamp;
  };
  'quality.assignments': {
    id: string;
    tenant_id: TenantId;
    review_id: string;
    reviewer: string;
    reviewer_name: string;
    state: 'claimed' | 'done' | 'skipped' | 'expired';
    reason: string | null;
    lease_until: Date;
    claimed_at: Timestamp;
    ended_at: Date | null;
  };
  'quality.scores': {
    id: string;
    tenant_id: TenantId;
    /** The first version's id; the score's id at Langfuse. */
    root_id: string;
    version: number;
    is_current: Generated<boolean>;
    judgement_id: string;
    review_id: string | null;
    kind: string;
    config: string;
    data_type: 'NUMERIC' | 'CATEGORICAL' | 'BOOLEAN' | 'TEXT';
    number_value: number | null;
    text_value: string | null;
    comment: string | null;
    /** Why it was corrected. */
    reason: string | null;
    reviewer: string;
    reviewer_name: string;
    trace_id: string | null;
    created_at: Timestamp;
    langfuse: Generated<'off' | 'pending' | 'sent' | 'confirmed' | 'missing' | 'failed'>;
    langfuse_error: string | null;
    langfuse_at: Date | null;
  };
  'agents.agents': {
    id: string;
    tenant_id: TenantId;
    name: string;
    version: Generated<number>;
    archived_at: Date | null;
    created_at: Timestamp;
    updated_at: Timestamp;
  };
  'agents.versions': {
    tenant_id: TenantId;
    agent_id: string;
    version: number;
    definition: Json<object>;
    created_by: string;
    created_at: Timestamp;
  };
  'agents.contexts': {
    id: string;
    tenant_id: TenantId;
    agent_id: string;
    owner: string;
    expires_at: Date;
    created_at: Timestamp;
  };
  'agents.executions': {
    id: string;
    tenant_id: TenantId;
    agent_id: string;
    version: number;
    context_id: string | null;
    mode: 'sync' | 'async';
    status: 'queued' | 'running' | 'completed' | 'failed' | 'cancelled';
    input: string;
    output: Json<object> | null;
    error_kind: string | null;
    error: string | null;
    prompt: Json<{ name: string; version: string | number }> | null;
    model: string | null;
    tokens_in: Generated<number>;
    tokens_out: Generated<number>;
    cost_micros: number | null;
    latency_ms: number | null;
    requested_by: string;
    created_at: Timestamp;
    started_at: Date | null;
    ended_at: Date | null;
  };
  'agents.messages': {
    id: string;
    tenant_id: TenantId;
    context_id: string;
    execution_id: string;
    role: 'user' | 'assistant';
    content: string;
    created_at: Timestamp;
  };
}
