import { z } from 'zod';
import { listPage, type Page } from '../../../http/cursor.ts';
import { Problem } from '../../../http/problem.ts';
import {
  activeThresholds,
  appendLevel,
  type Kind,
  type Level,
  type LevelRecord,
  levelVersions,
  newestLevel,
} from '../../../judgement/index.ts';
import type { Database, TenantTransaction } from '../../../platform/database/index.ts';
import { type Actor, displayName, record, requireDecider, systemActor } from '../../shared/audit/index.ts';
import type { createAnnouncer } from './announce.ts';
import { evidenceOf, fitTo, reaches } from './fit.ts';
import type { Labels } from './labels.ts';
import { type Change, nextState, type Seen } from './next-state.ts';
import { caseView, levelView, versionView } from './views.ts';

interface Parts {
  database: Database;
  kinds: readonly Kind[];
  labels: () => readonly Labels[];
  announce: ReturnType<typeof createAnnouncer>;
  now(): Date;
}

/** What a person changes about the version that they saw. */
interface Wanted {
  kind: string;
  expectedVersion: number;
  reason: string;
}

/** A level that is only tried; what is left out is that of the company. */
type Tried = { [Part in keyof Level]?: Level[Part] | undefined };

/** What the curve is drawn for where a company has named nothing. */
const DEFAULT_LEVEL: Level = { confidence: 0.95, agreement: 0.9 };

export type Levels = ReturnType<typeof createLevels>;

/** Levels of the kinds whose modules know what people made of their subjects. */
export function createLevels({ database, kinds, labels, announce, now }: Parts) {
  function openKind(name: string): { kind: Kind; of: Labels } {
    const kind = kinds.find((one) => one.name === name);
    const of = labels().find((one) => one.kind === name);
    if (!kind || !of) throw new Problem('NOT_FOUND', `No level can be named for judgements of kind ${name}.`);
    return { kind, of };
  }

  async function look(
    transaction: TenantTransaction,
    name: string,
    level: Level & { casesFrom: Date | null },
  ): Promise<Seen & { kind: Kind }> {
    const { kind, of } = openKind(name);
    const evidence = await evidenceOf(transaction, kind, of, now());
    const { version } = await activeThresholds(transaction, kind, now());
    return { kind, evidence, fitted: fitTo(evidence.cases, level), thresholdsVersion: version };
  }

  async function show(transaction: TenantTransaction, name: string, tried: Tried = {}) {
    const newest = await newestLevel(transaction, name);
    const level = { casesFrom: newest?.casesFrom ?? null, ...levelOf(newest, tried) };
    const seen = await look(transaction, name, level);
    const thresholds = await activeThresholds(transaction, seen.kind, now());
    return levelView(name, newest, level, seen, thresholds);
  }

  /** Appends what a level becomes; says and records it. @throws {Problem} CONFLICT */
  async function change(
    transaction: TenantTransaction,
    actor: Actor,
    before: LevelRecord | null,
    after: Level & Change & { kind: string },
  ): Promise<void> {
    const version = (before?.version ?? 0) + 1;
    const isSameState = before?.state === after.state;
    const since = isSameState ? before?.since : undefined;
    const next = { ...after, version, setBy: displayName(actor), since };
    if (!(await appendLevel(transaction, next))) throw changedMeanwhile();
    const { kind, state, score, reason, confidence, agreement } = after;
    await announce(transaction, actor.tenantId, {
      ...{ kind, version, state, score, reason },
      before: before?.state ?? null,
    });
    await record(transaction, actor, {
      subject: `level:${kind}`,
      details: [
        {
          about: [],
          content: {
            before: before && summaryOf(before),
            after: { confidence, agreement, state, score },
            reason,
          },
        },
      ],
    });
  }

  async function refitIn(transaction: TenantTransaction, actor: Actor, name: string): Promise<void> {
    const level = await newestLevel(transaction, name);
    if (!level) return;
    const next = nextState(level, await look(transaction, name, level));
    if (next) await change(transaction, actor, level, { ...levelOf(level), kind: name, ...next });
  }

  /** The level that a person saw. @throws {Problem} LEVEL_STATE, CONFLICT */
  async function requireSeen(transaction: TenantTransaction, { kind, expectedVersion }: Wanted) {
    const level = await newestLevel(transaction, kind);
    if (!level) throw new Problem('LEVEL_STATE', 'No level is named for this kind of judgement.');
    if (level.version !== expectedVersion) throw changedMeanwhile();
    return level;
  }

  return {
    /** @param tried a level to draw the curve for, in the place of the one that is named */
    get: (tenantId: string, kind: string, tried: Tried) =>
      database.withTenant(tenantId, (transaction) => show(transaction, kind, tried)),

    listVersions: (tenantId: string, kind: string, page: Page) =>
      database.withTenant(tenantId, (transaction) => {
        openKind(kind);
        return listPage(page, {
          cursor: z.number().int(),
          query: (before, limit) => levelVersions(transaction, kind, before, limit),
          key: ({ version }) => version,
          view: versionView,
        });
      }),

    /** What the level would grant or granted, newest first, beside what people did. */
    listCases: (tenantId: string, name: string, page: Page) =>
      database.withTenant(tenantId, async (transaction) => {
        const { kind, of } = openKind(name);
        const level = await newestLevel(transaction, name);
        const { cases } = await evidenceOf(transaction, kind, of, now());
        const score = level?.score ?? null;
        const reached = score === null ? [] : cases.filter((one) => reaches(one, score));
        return listPage(page, {
          cursor: z.uuid(),
          query: async (after, limit) => {
            const from =
              after === null ? 0 : reached.findIndex(({ judgementId }) => judgementId === after) + 1;
            return reached.slice(from, from + limit);
          },
          key: ({ judgementId }) => judgementId,
          view: caseView,
        });
      }),

    /** Names a level. It is recorded in shadow as soon as a threshold keeps it. @throws {Problem} NOT_FOUND, CONFLICT */
    set: (actor: Actor, { kind, expectedVersion, reason, ...named }: Wanted & Level) =>
      database.withTenant(actor.tenantId, async (transaction) => {
        requireDecider(actor);
        const before = await newestLevel(transaction, kind);
        if ((before?.version ?? 0) !== expectedVersion) throw changedMeanwhile();
        const from = before?.casesFrom ?? null;
        const { evidence, fitted, thresholdsVersion } = await look(transaction, kind, {
          ...named,
          casesFrom: from,
        });
        const { score } = fitted;
        await change(transaction, actor, before, {
          ...{ ...named, kind, reason, score, thresholdsVersion, casesFrom: from },
          state: score === null ? 'none' : 'shadow',
          measuredWith: evidence.current,
        });
        return show(transaction, kind);
      }),

    /** Fits it to the cases of now, as every night. */
    refit: (actor: Actor, kind: string) =>
      database.withTenant(actor.tenantId, async (transaction) => {
        openKind(kind);
        await refitIn(transaction, actor, kind);
        return show(transaction, kind);
      }),

    /** Lets the level decide, with the threshold that keeps it now. @throws {Problem} PERSON_REQUIRED, LEVEL_STATE, CONFLICT */
    switchOn: (actor: Actor, wanted: Wanted) =>
      database.withTenant(actor.tenantId, async (transaction) => {
        requireDecider(actor);
        const { kind, reason } = wanted;
        openKind(kind);
        const level = await requireSeen(transaction, wanted);
        if (level.state !== 'shadow') throw notNow(level);
        const { evidence, fitted, thresholdsVersion } = await look(transaction, kind, level);
        const { score } = fitted;
        if (score === null) throw new Problem('LEVEL_STATE', 'No threshold keeps the level any more.');
        await change(transaction, actor, level, {
          ...{ ...levelOf(level), kind, reason, score, thresholdsVersion },
          ...{ state: 'on', measuredWith: evidence.current, casesFrom: level.casesFrom },
        });
        return show(transaction, kind);
      }),

    /** Lets the thresholds decide again; the level goes on in shadow. @throws {Problem} LEVEL_STATE, CONFLICT */
    switchOff: (actor: Actor, wanted: Wanted) =>
      database.withTenant(actor.tenantId, async (transaction) => {
        const { kind, reason } = wanted;
        openKind(kind);
        const level = await requireSeen(transaction, wanted);
        if (level.state !== 'on') throw notNow(level);
        await change(transaction, actor, level, { ...level, state: 'shadow', reason });
        return show(transaction, kind);
      }),

    /** Fits the levels of a company anew. */
    refitAll: async (tenantId: string): Promise<void> => {
      for (const { kind } of labels())
        await database.withTenant(tenantId, (transaction) =>
          refitIn(transaction, systemActor(tenantId, 'level.refit'), kind),
        );
    },
  };
}

function levelOf(level: Level | null, tried: Tried = {}): Level {
  const { confidence, agreement } = level ?? DEFAULT_LEVEL;
  return { confidence: tried.confidence ?? confidence, agreement: tried.agreement ?? agreement };
}

function summaryOf({ confidence, agreement, state, score }: LevelRecord) {
  return { confidence, agreement, state, score };
}

function changedMeanwhile(): Problem {
  return new Problem('CONFLICT', 'The level was changed in the meantime. Reload it first.');
}

function notNow({ state }: LevelRecord): Problem {
  const why = {
    none: 'No threshold keeps the level yet.',
    shadow: 'The level is not switched on.',
    on: 'The level is switched on already.',
    withdrawn: 'The level is withdrawn until enough new cases are decided.',
  };
  return new Problem('LEVEL_STATE', why[state]);
}
