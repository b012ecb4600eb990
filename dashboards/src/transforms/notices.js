import { when } from './helpers.js';

/** A person's notifications as a table. */
export default function transform(data) {
  return {
    rows: (data?.items ?? []).map((one) => ({
      notificationId: one.notificationId,
      state: one.readAt === null ? 'new' : 'read',
      title: one.title,
      summary: one.summary,
      category: one.category,
      when: when(one.createdAt),
    })),
  };
}
