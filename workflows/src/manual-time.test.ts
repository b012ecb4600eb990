import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { readWorkflowDirectory } from './workflow-definition.ts';

const workflow = readWorkflowDirectory(new URL('..', import.meta.url).pathname).find(
  ({ id }) => id === 'manual-time-approval',
);
const script = workflow?.nodes.find(({ name }) => name === 'Write the e-mails')?.parameters.jsCode as string;

const waiting = {
  approvalId: 'r-1',
  state: 'in_review',
  hours: 3,
  date: '2026-11-20',
  category: 'support',
  justification: 'Helped the hotline.',
  reason: 'What was done must be read.',
  dueAt: '2026-11-22T09:00:00.000Z',
  approvers: ['lead@example.com', 'deputy@example.com'],
  builder: { name: 'Sample Builder', email: 'builder@example.com', team: 'Orchard' },
};

/** What the node writes on an event of this type about the request as it is now. */
function mails(
  type: string,
  request: object,
  data: object = {},
): { to: string; subject: string; text: string; html: string }[] {
  const event = { type, data, operationsEmail: 'operations@example.com', dashboardUrl: '' };
  const first = (json: object) => ({ first: () => ({ json }) });
  const written = runInNewContext(`(() => {${script}})()`, { $: () => first(event), $input: first(request) });
  return (written as { json: { to: string; subject: string; text: string; html: string } }[]).map(
    ({ json }) => json,
  );
}
const readers = (...args: Parameters<typeof mails>) => mails(...args).map(({ to }) => to);

describe('of a request for manual time hear', () => {
  test('its builder, when it came in and was not decided at once', () => {
    expect(readers('approval.submitted', { ...waiting, state: 'submitted' })).toEqual([
      'builder@example.com',
    ]);
    expect(readers('approval.submitted', { ...waiting, state: 'approved' })).toEqual([]);
  });

  test.each(['approval.flagged', 'approval.reminder'])(
    'its approvers on %s, with what they decide',
    (type) => {
      expect(readers(type, waiting)).toEqual(waiting.approvers);
      expect(mails(type, waiting)[0]?.text).toContain('Helped the hotline.');
      expect(mails(type, waiting)[0]?.text).toContain('Until: 2026-11-22 09:00 UTC');
    },
  );

  test('its approvers of what the engine proposes, for them to decide', () => {
    const proposed = { ...waiting, proposal: 'reject', reason: 'Project: The project is paused.' };
    const [mail] = mails('approval.flagged', proposed);
    expect(mail?.subject).toMatch(/\(reject is proposed\)$/);
    expect(mail?.text).toMatch(/The project is paused\..*The engine proposes to reject it\. You decide/s);
    expect(mails('approval.flagged', waiting)[0]?.text).not.toContain('proposes');
  });

  test('its builder, when it is handed back, with what to correct and that it is no rejection', () => {
    const mend = [{ title: 'Date', reason: 'The day is in the future.' }];
    const incomplete = { ...waiting, state: 'incomplete' };
    const [mail, ...others] = mails('approval.incomplete', incomplete, { mend });
    expect(others).toEqual([]);
    expect(mail).toMatchObject({
      to: 'builder@example.com',
      subject: 'To correct: manual time, 3 h on 2026-11-20',
    });
    expect(mail?.text).toMatch(/not rejected.*- Date: The day is in the future\..*ask there for a person/s);
    expect(readers('approval.incomplete', waiting, { mend })).toEqual([]);
  });

  test('operations, where no person may decide it', () => {
    const [mail] = mails('approval.flagged', { ...waiting, approvers: [] });
    expect(mail).toMatchObject({ to: 'operations@example.com' });
    expect(mail?.text).toMatch(/^No person may decide this request: add an approver or an executive/);
  });

  test('each in the layout of the other e-mails, with a button that leads to the request', () => {
    const link = 'https://tooljet.example.com/applications/ai-manager-executive/approvals?request=1';
    const [mail] = mails('approval.flagged', {
      ...waiting,
      link,
      justification: 'Helped <b>the hotline</b>.',
    });
    expect(mail?.html).toContain(`<a href="${link}"`);
    expect(mail?.html).toContain('Review and decide</a>');
    expect(mail?.html).not.toContain('<b>');
    const [received] = mails('approval.submitted', { ...waiting, state: 'submitted', link });
    expect(received?.html).toContain('We received your request');
    expect(received?.html).not.toContain('<a ');
  });

  test('its approvers with the link to the request', () => {
    const link = 'https://tooljet.example.com/applications/ai-manager-executive/approvals?request=1';
    expect(mails('approval.flagged', { ...waiting, link })[0]?.text).toContain(link);
  });

  test('those above and its builder, when it is escalated', () => {
    expect(readers('approval.escalated', waiting)).toEqual([...waiting.approvers, 'builder@example.com']);
  });

  test('nobody, when news comes after it was decided', () => {
    for (const type of ['approval.flagged', 'approval.reminder', 'approval.escalated']) {
      expect(readers(type, { ...waiting, state: 'approved' })).toEqual([]);
    }
  });

  test('its builder, when it is decided, with the reason and the way to appeal', () => {
    const rejected = { ...waiting, state: 'rejected', reason: 'The day was tracked already.' };
    const [mail, ...others] = mails('approval.decided', rejected, { decision: 'reject', engine: 'human' });
    expect(others).toEqual([]);
    expect(mail).toMatchObject({
      to: 'builder@example.com',
      subject: 'Rejected: manual time, 3 h on 2026-11-20',
    });
    expect(mail?.text).toMatch(/An approver rejected.*Reason: The day was tracked already\..*appeal/s);
  });
});
