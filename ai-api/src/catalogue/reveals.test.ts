import { expect, test } from 'vitest';
import { z } from 'zod';
import { misplaced, operationsOf, undeclared } from '../../test/reveals.ts';
import { operation, resource } from '../contract/operation.ts';
import { resources } from './index.ts';

const OWN = 'only what is the caller’s own';
const CHANGED = 'the account that the caller just changed, as the audit trail records';
const RUN = 'of builders only those whose week could not be judged, with a technical reason';
const WRITTEN = 'what the author of the rules or the template wrote';
const LINKED = 'titles of conversations that everyone in the company may read; reading one is recorded';
const ASKED = 'addresses of the people who are asked, and nothing about them';
const SCORED = 'scores of an engine’s judgement; whom it is about takes another operation, which records it';
const LICENCE = 'names that devices give their users, which are no accounts';
const CASE = 'requests by their ids; whom one is about takes another operation, which records it';
const FORM = 'the form of an answer, as its author wrote it';
const CARRIED = 'answers of operations, each of which records what it shows';
const AGENT = 'what an agent made of a text that it was given; it reads no data of people';
const STARTED = 'what the caller just gave and asked for; what steps read is recorded as they read it';
const HOLD = 'that data of a person is kept from being deleted, and none of the data';

/** Operations whose output names people and shows nothing personal or judged about another one, with the reason. */
const ALLOWED: Record<string, string> = {
  'access.mine': OWN,
  'audit.list': 'entries without their personal data',
  'audit.listReports': 'that a report was made; reading it is recorded',
  'auth.*': OWN,
  'agent.*': FORM,
  'batch.read': CARRIED,
  'builder.list': 'a directory of names, addresses and teams',
  'commit.get': 'published work, as the repository shows it to everyone',
  'commit.list': 'published work, as the repository shows it to everyone',
  'conversation.list': LINKED,
  'dashboard.get': CARRIED,
  'decision.*': ASKED,
  'evaluation.confirm': 'the grades that the caller just confirmed, as the audit trail records',
  'evaluation.getRun': RUN,
  'evaluation.listRuns': RUN,
  'evaluation.markNotified': 'the time of an e-mail',
  'evaluation.retry': RUN,
  'evaluation.startWeekly': RUN,
  'execution.*': AGENT,
  'file.get': 'a name and who may read it; opening a file about a person is recorded',
  'file.list': 'names of files; opening one about a person is recorded',
  'file.release': 'the state of a file',
  'file.rescan': 'the state of a file',
  'file.restore': 'the state of a file',
  'file.share': 'who may read a file, as the caller just decided',
  'file.upload': 'the state of a file',
  'identity.whoami': OWN,
  'inbox.*': OWN,
  'invitation.*': CHANGED,
  'knowledgeGap.list': 'topics that several people asked about, without names',
  'legalHold.*': HOLD,
  'level.listCases': CASE,
  'licence.devices': LICENCE,
  'licenceSession.*': LICENCE,
  'link.*': LINKED,
  'notice.listNotInformed': 'who has not read a notice, and nothing that was judged',
  'notification.notify': 'whom the caller just named',
  'notificationPreference.*': OWN,
  'notificationTemplate.get': WRITTEN,
  'notificationTemplate.preview': 'the subject line of an e-mail',
  'privacyRequest.preview': 'how many rows there are',
  'project.get': 'a project with the id of its lead',
  'project.list': 'projects with the ids of their leads',
  'provenance.*': LINKED,
  'reviews.complete': SCORED,
  'reviews.skip': SCORED,
  'score.*': SCORED,
  'teamReport.file': 'figures of teams, and the subject line of an e-mail',
  'user.create': CHANGED,
  'user.invite': CHANGED,
  'user.link': CHANGED,
  'user.signOut': CHANGED,
  'user.unlink': CHANGED,
  'user.update': CHANGED,
  'workflow.beginStep': STARTED,
  'workflow.endStep': STARTED,
  'workflow.execute': STARTED,
  'workflowTemplate.*': WRITTEN,
  'validationBinding.*': ASKED,
  'validationRuleSet.*': WRITTEN,
};

test('an operation that shows a person says so, or is listed with the reason why it does not', () => {
  expect(undeclared(resources, ALLOWED)).toEqual([]);
});

test('has no exception that is not needed', () => {
  const found = new Set(
    undeclared(resources, {}).flatMap(({ operation: id }) => [id, `${id.split('.')[0]}.*`]),
  );
  const needless = Object.keys(ALLOWED).filter((name) => !found.has(name));
  expect(needless).toEqual([]);
});

test('names people where its output has them, and the reason where its input takes it', () => {
  const wrong = [...operationsOf(resources)].flatMap(([id, op]) =>
    misplaced(op).map((place) => `${id}: ${place}`),
  );
  expect(wrong).toEqual([]);
});

test('finds an operation that shows a person and does not say so, and a place that is not there', () => {
  const planted = operation({
    method: 'GET',
    path: '/planted',
    summary: 'Get a planted answer',
    access: ['executive'],
    input: z.object({}),
    output: z.object({ rows: z.array(z.object({ builderId: z.string(), grade: z.string() })) }),
  });
  const reveals = { what: 'grade', purpose: 'review', of: [{ list: 'rows', builder: 'whose' }] } as const;
  const of = (get: typeof planted) => ({
    planted: resource({ id: 'planted', name: 'Planted', description: '', operations: { get } }),
  });
  expect(undeclared(of(planted), {})).toEqual([{ operation: 'planted.get', fields: ['rows.builderId'] }]);
  const ids = { ...planted, output: z.object({ ids: z.record(z.string(), z.string()), any: z.unknown() }) };
  expect(undeclared(of(ids as never), {})).toEqual([
    { operation: 'planted.get', fields: ['ids.*', 'any.*'] },
  ]);
  expect(misplaced({ ...planted, reveals })).toEqual(['rows.whose']);
});
