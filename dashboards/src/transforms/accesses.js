import { when } from './helpers.js';

/** Who read data about people, as a table. */
export default function transform(data) {
  return {
    rows: (data?.items ?? []).map((access) => ({
      accessId: access.accessId,
      last: when(access.lastAt),
      sentence: access.sentence,
      reader: access.reader.name,
      role: access.reader.role ?? 'key',
      whom: access.subjectName ?? access.subject ?? '',
      what: access.detail ? `${access.what} ${access.detail}` : access.what,
      purpose: access.purpose,
      times: access.times,
      reason: access.reason ?? '',
    })),
  };
}
