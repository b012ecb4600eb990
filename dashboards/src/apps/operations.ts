import { menuEntry } from '../build/menu.ts';
import type { App } from '../build/model.ts';
import { accessPage, accessQueries } from './access.ts';
import { agentQueries, agentsPage } from './agents.ts';
import { auditPage, auditQuery } from './audit.ts';
import { decisionQueries, decisionsPage } from './decisions.ts';
import { directoryQuery } from './directory.ts';
import { heldQueries, quarantinePage } from './files.ts';
import { instanceQueries, instancesPage } from './instances.ts';
import { jobQueries, jobsPage } from './jobs.ts';
import { myDataPage, myDataQueries } from './my-data.ts';
import {
  noticeQueries,
  noticesPage,
  preferenceQueries,
  preferencesPage,
  sentPage,
  sentQueries,
} from './notifications.ts';
import { privacyPages, privacyQueries } from './privacy.ts';
import { reportQueries, reportsPage } from './reports.ts';
import { retentionPage, retentionQueries } from './retention.ts';
import { operatedRunQueries, runsPage } from './runs.ts';
import { templateQueries, templatesPage } from './templates.ts';
import { userQueries, usersPage } from './users.ts';
import { validationPage, validationQueries } from './validation.ts';
import { webhookQueries, webhooksPage } from './webhooks.ts';
import { workflowQueries, workflowsPage } from './workflows.ts';

/** For operations: runs, jobs, webhooks, the audit trail, and n8n; for administrators who may come in, too. */
export const operations: App = {
  slug: 'ai-manager-operations',
  name: 'AI Manager for operations',
  groups: ['ai-manager-operations', 'ai-manager-admin'],
  queries: [
    directoryQuery,
    ...operatedRunQueries,
    ...instanceQueries,
    ...templateQueries,
    ...jobQueries,
    ...webhookQueries,
    ...heldQueries,
    auditQuery,
    ...workflowQueries,
    ...decisionQueries,
    ...agentQueries,
    ...validationQueries,
    ...accessQueries,
    ...userQueries,
    ...privacyQueries,
    ...retentionQueries,
    ...reportQueries,
    ...sentQueries,
    ...noticeQueries,
    ...preferenceQueries,
    ...myDataQueries,
  ],
  pages: [
    runsPage,
    instancesPage,
    templatesPage(false),
    jobsPage,
    webhooksPage,
    quarantinePage,
    decisionsPage(false),
    agentsPage(false),
    validationPage(false),
    auditPage,
    workflowsPage,
    ...menuEntry('Messages', [sentPage, noticesPage, preferencesPage]),
    usersPage,
    accessPage,
    ...menuEntry('Privacy', [privacyPages.requests, retentionPage, reportsPage, privacyPages.disclosure]),
    myDataPage,
  ],
};
