import type { Table } from './catalogue.ts';

/** The jobs of pg-boss: their data may name a person until they are deleted. A tenant sees its own. */
export const QUEUE: Table = {
  name: 'jobs.job',
  columns: [
    { name: 'data', type: 'jsonb', isRelated: false, isGenerated: false },
    { name: 'output', type: 'jsonb', isRelated: false, isGenerated: false },
  ],
  key: [],
  isWritable: true,
};
