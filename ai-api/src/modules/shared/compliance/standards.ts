import type { ReportKind } from './contract.ts';

/** A standard whose controls the entries of the trail are evidence for. */
export type Standard = 'gdpr' | 'soc2' | 'iso27001' | 'nis2';

/** What a report is, the controls that it is evidence for, and what it does not show. */
export interface Description {
  title: string;
  basis: string;
  controls: readonly string[];
  covers: string;
  notCovered: string;
}

const OTHER_LOGS =
  'It does not contain the logs of servers, networks, the workflow engine or the cloud account.';
const ACCESS_COVERS =
  'every person who can sign in, could once or is invited to, and every API key, revoked ones too, with what they ' +
  'may do, when they last did, and how many entries of the audit trail they caused in the period';
const ACCESS_LACKS =
  'People who sign in to the workflow engine, the dashboards, the cloud account or the database are not listed here. ' +
  'Reading leaves no entry. The decision about each row is for the person who reviews: without it these files show ' +
  'who has access, not that it was reviewed.';

/** Every kind of report. */
export const DESCRIPTIONS: Readonly<Record<ReportKind, Description>> = {
  'gdpr-events': {
    title: 'Event extract for GDPR',
    basis: 'Regulation (EU) 2016/679, Articles 5(2), 17, 22, 30 and 32',
    controls: [
      'Art. 5(1)(d)',
      'Art. 5(1)(e)',
      'Art. 5(2)',
      'Art. 17',
      'Art. 22',
      'Art. 30(1)(d)',
      'Art. 32(1)',
    ],
    covers: 'the entries of the audit trail in the period that are evidence for one of these articles',
    notCovered:
      'It is neither a record of processing activities nor an assessment under Article 35, and says nothing about ' +
      `whether processing was lawful. ${OTHER_LOGS}`,
  },
  'soc2-access-review': {
    title: 'Access review',
    basis: 'SOC 2, Trust Services Criteria CC6.2 and CC6.3',
    controls: ['CC6.2', 'CC6.3'],
    covers: ACCESS_COVERS,
    notCovered: ACCESS_LACKS,
  },
  'soc2-events': {
    title: 'Event extract for SOC 2',
    basis: 'SOC 2, Trust Services Criteria, common criteria 6 to 8 and P4.3',
    controls: ['CC6.1', 'CC6.2', 'CC6.7', 'CC6.8', 'CC7.2', 'CC8.1', 'P4.3'],
    covers: 'every entry of the audit trail in the period, each with a criterion that it is evidence for',
    notCovered: `It is not an opinion of an auditor and shows no control to be effective. ${OTHER_LOGS}`,
  },
  'iso27001-access-review': {
    title: 'Access review for ISO/IEC 27001',
    basis: 'ISO/IEC 27001:2022, Annex A, A.5.18 (access rights)',
    controls: ['A.5.15', 'A.5.16', 'A.5.18'],
    covers: ACCESS_COVERS,
    notCovered: ACCESS_LACKS,
  },
  'iso27001-events': {
    title: 'Event extract for ISO/IEC 27001',
    basis: 'ISO/IEC 27001:2022, Annex A, A.8.15 (logging)',
    controls: ['A.5.9', 'A.5.14', 'A.5.16', 'A.5.33', 'A.5.34', 'A.8.7', 'A.8.15', 'A.8.24', 'A.8.32'],
    covers: 'every entry of the audit trail in the period, each with a control of Annex A it is evidence for',
    notCovered: `It is not a statement of applicability and shows no control to be effective. ${OTHER_LOGS}`,
  },
  'nis2-access-review': {
    title: 'Access review for NIS2',
    basis: 'Directive (EU) 2022/2555, Article 21(2)(i) (access control)',
    controls: ['Art. 21(2)(i)'],
    covers: ACCESS_COVERS,
    notCovered: ACCESS_LACKS,
  },
  'nis2-events': {
    title: 'Event extract for NIS2',
    basis: 'Directive (EU) 2022/2555, Article 21(2)',
    controls: [
      'Art. 21(2)(b)',
      'Art. 21(2)(d)',
      'Art. 21(2)(e)',
      'Art. 21(2)(g)',
      'Art. 21(2)(h)',
      'Art. 21(2)(i)',
    ],
    covers:
      'the entries of the audit trail in the period that touch access, outgoing connections, files, changes of rules ' +
      'and the trail itself, each with the measure of Article 21(2) it is evidence for',
    notCovered:
      'It is not an incident report under Article 23 and says nothing about whether there was an incident: that is for ' +
      `a person to judge. ${OTHER_LOGS}`,
  },
};

/** What starts the names of operations whose entries are evidence for the same controls. */
type Topic = { operations: readonly string[] } & Record<Standard, string | null>;

/** Which control an operation's entries are evidence for, in each standard; the first that fits counts. */
export const TOPICS: readonly Topic[] = [
  {
    operations: ['privacyRequest.', 'conversation.erase'],
    gdpr: 'Art. 17 Right to erasure',
    soc2: 'P4.3 Disposal of personal information',
    iso27001: 'A.5.34 Privacy and protection of PII',
    nis2: null,
  },
  {
    operations: [
      'audit.retention',
      'audit.setRetention',
      'retention.',
      'conversationRetention.',
      'workflow.retention',
    ],
    gdpr: 'Art. 5(1)(e) Storage limitation',
    soc2: 'P4.3 Disposal of personal information',
    iso27001: 'A.5.33 Protection of records',
    nis2: null,
  },
  {
    operations: ['audit.'],
    gdpr: 'Art. 5(2) Accountability',
    soc2: 'CC7.2 Monitoring',
    iso27001: 'A.8.15 Logging',
    nis2: 'Art. 21(2)(b) incident handling',
  },
  {
    operations: ['identity.', 'user.', 'apiKey.', 'auth.'],
    gdpr: 'Art. 32(1) Security of processing',
    soc2: 'CC6.2 Registration and removal of users',
    iso27001: 'A.5.16 Identity management',
    nis2: 'Art. 21(2)(i) access control',
  },
  {
    operations: ['file.share', 'file.unshare', 'conversation.share', 'conversation.revokeShare'],
    gdpr: 'Art. 30(1)(d) Recipients',
    soc2: 'CC6.7 Transmission of information',
    iso27001: 'A.5.14 Information transfer',
    nis2: 'Art. 21(2)(i) access control',
  },
  {
    operations: ['webhook.', 'gitConnection.'],
    gdpr: 'Art. 30(1)(d) Recipients',
    soc2: 'CC6.7 Transmission of information',
    iso27001: 'A.5.14 Information transfer',
    nis2: 'Art. 21(2)(d) supply chain',
  },
  {
    operations: ['file.'],
    gdpr: 'Art. 32(1) Security of processing',
    soc2: 'CC6.8 Unauthorised and malicious software',
    iso27001: 'A.8.7 Protection against malware',
    nis2: 'Art. 21(2)(g) cyber hygiene',
  },
  {
    operations: ['signingKey.'],
    gdpr: null,
    soc2: 'CC6.1 Logical access',
    iso27001: 'A.8.24 Use of cryptography',
    nis2: 'Art. 21(2)(h) cryptography',
  },
  {
    operations: [
      'rule.',
      'calibration.',
      'prompt.',
      'promptOptimization.',
      'workflowTemplate.',
      'agent.create',
      'agent.update',
      'agent.archive',
      'stageGate.save',
      'stageGate.seed',
      'judgement.seed',
      'validationRuleSet.',
      'validationBinding.',
      'conversationPolicy.',
      'notificationTemplate.',
    ],
    gdpr: null,
    soc2: 'CC8.1 Change management',
    iso27001: 'A.8.32 Change management',
    nis2: 'Art. 21(2)(e) development and maintenance',
  },
  {
    operations: ['evaluation.', 'contest.', 'approval.', 'decision.', 'stageGate.'],
    gdpr: 'Art. 22 Automated individual decisions',
    soc2: 'CC7.2 Monitoring',
    iso27001: 'A.8.15 Logging',
    nis2: null,
  },
  {
    operations: ['people.'],
    gdpr: 'Art. 5(1)(d) Accuracy',
    soc2: 'CC7.2 Monitoring',
    iso27001: 'A.5.9 Inventory of information',
    nis2: null,
  },
  { operations: [''], gdpr: null, soc2: 'CC7.2 Monitoring', iso27001: 'A.8.15 Logging', nis2: null },
];

/** The control that an entry is evidence for; null for none of a standard. */
export function topicOf(standard: Standard, operation: string): string | null {
  const topic = TOPICS.find(({ operations }) => operations.some((start) => operation.startsWith(start)));
  return topic?.[standard] ?? null;
}
