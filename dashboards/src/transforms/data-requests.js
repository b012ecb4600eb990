import { when } from './helpers.js';

const KINDS = {
  export: 'Export',
  correction: 'Correction',
  erasure: 'Erasure',
  objection: 'Objection',
  opt_out: 'Opt-out',
};

/** What a person asked about their own data, as a table, with the newest file. */
export default function transform(data) {
  const items = data?.items ?? [];
  return {
    file: items.find(({ file }) => file)?.file.url ?? '',
    rows: items.map((request) => ({
      requestId: request.requestId,
      created: when(request.createdAt),
      kind: KINDS[request.kind] ?? request.kind,
      state: request.state,
      text: request.text ?? '',
      answer: request.answer ?? (request.file ? 'The file is ready.' : ''),
    })),
  };
}
