import { type Content, content } from '../schema.ts';
import { approvalsDigest } from './approvals-digest.ts';
import { decision } from './decision.ts';
import { digest } from './digest.ts';
import { evaluation } from './evaluation.ts';
import { invitation } from './invitation.ts';
import { message } from './message.ts';
import { noticePublished } from './notice-published.ts';
import { performanceReport } from './performance-report.ts';
import { phoneCode } from './phone-code.ts';
import { planQuota } from './plan-quota.ts';
import { signUp } from './sign-up.ts';
import { teamReport } from './team-report.ts';

/**
 * The templates that come with the product; a company's own version of one takes its place. It has no prototype, so that
 * no other name, such as `constructor`, is found in it.
 */
export const DEFAULTS: Readonly<Record<string, Content>> = Object.assign(
  Object.create(null) as Record<string, Content>,
  Object.fromEntries(
    Object.entries({
      message,
      digest,
      evaluation,
      decision,
      invitation,
      'sign-up': signUp,
      'performance-report': performanceReport,
      'team-report': teamReport,
      'approvals-digest': approvalsDigest,
      'plan-quota': planQuota,
      'notice-published': noticePublished,
      'phone-code': phoneCode,
    }).map(([name, given]) => [name, content.parse(given)]),
  ),
);
