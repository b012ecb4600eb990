import { menuEntry } from '../build/menu.ts';
import type { App } from '../build/model.ts';
import { accessPage, accessQueries } from './access.ts';
import { agentQueries, agentsPage } from './agents.ts';
import { auditPage, auditQuery } from './audit.ts';
import { decisionQueries, decisionsPage } from './decisions.ts';
import { instanceQueries, instancesPage } from './instances.ts';
import { jobQueries, jobsPage } from './jobs.ts';
import {
  noticeQueries,
  noticesPage,
  preferenceQueries,
  preferencesPage,
  sentPage,
  sentQueries,
} from './notifications.ts';
import { operatedRunQueries, runsPage } from './runs.ts';
import { templateQueries, templatesPage } from './templates.ts';
import { webhookQueries, webhooksPage } from './webhooks.ts';
import { workflowQueries, workflowsPage } from './workflows.ts';

/** For operations: runs, jobs, webhooks, the audit trail, and n8n; for administrators who may come in, too. */
export const operations: App = {
  slug: 'ai-manager-operations',
  name: 'AI Manager for operations',
  groups: ['ai-manager-operations', 'ai-manager-admin'],
  queries: [
    ...operatedRunQueries,
    ...instanceQueries,
    ...templateQueries,
    ...jobQueries,
    ...webhookQueries,
    auditQuery,
    ...workflowQueries,
    ...decisionQueries,
    ...agentQueries,
    ...accessQueries,
    ...sentQueries,
    ...noticeQueries,
    ...preferenceQueries,
  ],
  pages: [
    runsPage,
    instancesPage,
    templatesPage,
    jobsPage,
    webhooksPage,
    decisionsPage(false),
    agentsPage(false),
    auditPage,
    workflowsPage,
    ...menuEntry('Notifications', [sentPage, noticesPage, preferencesPage]),
    accessPage,
  ],
};
