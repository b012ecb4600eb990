import { expect, test } from 'vitest';
import { type PreviewFixture, press, text } from '../preview-fixture.ts';

/** What people who are no builders do about their own data. */
export function myDataFlows(fixture: () => PreviewFixture): void {
  test('a member of a works council sees the basis of analytics, agrees, and takes it back', async () => {
    const { api, open } = fixture();
    await api.client.analyticsBasis.set({ basis: 'consent' });
    const page = await open('council', 'my-data');
    expect(await text(page, 'myConsentText')).toBe(
      'Your company counts people in analytics only while they agree. You have not agreed.',
    );
    expect(await press(page, 'myConsentAgree')).toBe('You count in analytics from today on.');
    expect(await text(page, 'myConsentText')).toMatch(
      /You agreed on \d{4}-\d\d-\d\d, sent by the key ToolJet\.$/,
    );
    await api.client.analyticsBasis.set({ basis: 'objection' });
    await press(page, 'myDataPageRefresh');
    expect(await text(page, 'myConsentText')).toContain('unless they object');
    expect(await press(page, 'myConsentTakeBack')).toBe('You count no more from today on.');
    expect(await text(page, 'myConsentText')).toContain('You have not agreed.');
    await page.close();
  });
}
