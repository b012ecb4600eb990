import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { apps } from '../src/apps/index.ts';
import { exportApp } from '../src/build/export.ts';
import type { AppDefinition, ExportedApp, ExportedComponent } from '../src/build/export-types.ts';
import { stableId } from '../src/build/ids.ts';
import { COLUMNS, layOut } from '../src/build/layout.ts';
import { cell, text } from '../src/build/widgets.ts';
import { checkApp } from '../src/check/index.ts';
import { staleExports } from '../src/files.ts';

describe('the apps', () => {
  test('are committed as the code says; npm run dashboards -- build writes them', async () => {
    await expect(staleExports()).resolves.toEqual([]);
  });

  test.each(apps)('$slug has no fault', (app) => {
    expect(checkApp(exportApp(app))).toEqual([]);
  });

  test.each(apps)('$slug keeps the ids it has', (app) => {
    expect(exportApp(app)).toEqual(exportApp(app));
  });
});

describe('the layout', () => {
  test('puts nothing over anything else and fills the row, on a desktop and on a phone', () => {
    const row = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(fc.array(row, { maxLength: 6 }), (rows) => {
        const widgets = rows.map((weights, r) =>
          weights.map((weight, c) => cell(text(`w${r}x${c}`, '', { height: 8 * weight }), weight)),
        );
        const { placed } = layOut(widgets);
        for (const type of ['desktop', 'mobile'] as const) {
          const places = placed.map((one) => one[type]);
          for (const { left, width } of places)
            expect(left >= 0 && width >= 1 && left + width <= COLUMNS).toBe(true);
          const overlap = places.some((a, i) =>
            places.some(
              (b, j) =>
                i < j &&
                a.left < b.left + b.width &&
                b.left < a.left + a.width &&
                a.top < b.top + b.height &&
                b.top < a.top + a.height,
            ),
          );
          expect(overlap).toBe(false);
        }
      }),
      { numRuns: 50 },
    );
  });

  test('tells ToolJet by a property which charts have their bars side by side: it ignores the layout', () => {
    const grouped = apps
      .flatMap((app) => Object.values(exportApp(app).app[0]?.definition.appV2.components ?? {}))
      .filter(({ type, properties }) => type === 'Chart' && properties.barmode?.value === 'group')
      .map(({ name }) => name);
    expect(new Set(grouped)).toEqual(new Set(['historyGoals', 'peopleGoals', 'spendTrend', 'licencesTime']));
  });

  test('gives UUIDs that follow from the path alone', () => {
    expect(stableId('a', 'b')).toBe(stableId('a', 'b'));
    expect(stableId('a', 'b')).not.toBe(stableId('a', 'c'));
    expect(stableId('a', 'b')).toMatch(
      /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    );
  });
});

describe('the checker finds', () => {
  const exported = exportApp(apps[0] as (typeof apps)[number]);
  const executive = () => structuredClone(exported);
  const definition = (exported: ExportedApp) => exported.app[0]?.definition.appV2 as AppDefinition;
  const component = (app: AppDefinition, name: string) =>
    app.components.find((one) => one.name === name) as ExportedComponent;
  const query = (app: AppDefinition, name: string) =>
    app.dataQueries.find((one) => one.name === name) as AppDefinition['dataQueries'][number];

  const faults: [string, (app: AppDefinition) => void, RegExp][] = [
    [
      'a binding to an unknown query',
      (app) => {
        component(app, 'overviewTitle').properties.text = { value: '{{queries.nothing.data}}' };
      },
      /overviewTitle refers to queries\.nothing/,
    ],
    [
      'a binding to an unknown component',
      (app) => {
        query(app, 'override').options.grade = '{{components.nothing.value}}';
      },
      /query override refers to components\.nothing/,
    ],
    [
      'a variable that nobody sets',
      (app) => {
        query(app, 'builder').options.builderId = '{{variables.nobody}}';
      },
      /refers to variables\.nobody/,
    ],
    [
      'a binding that is no expression',
      (app) => {
        component(app, 'overviewTitle').properties.text = { value: '{{1 +}}' };
      },
      /is not an expression/,
    ],
    [
      'an unknown operation',
      (app) => {
        query(app, 'runs').options.operation = 'evaluation.listNothing';
      },
      /unknown operation "evaluation.listNothing"/,
    ],
    [
      'an option that the operation does not take',
      (app) => {
        query(app, 'runs').options.colour = 'red';
      },
      /gives "colour"/,
    ],
    [
      'a required option that is missing',
      (app) => {
        delete query(app, 'builder').options.builderId;
      },
      /lacks "builderId"/,
    ],
    [
      'an event on a missing target',
      (app) => {
        app.dataQueries = app.dataQueries.filter(({ name }) => name !== 'nextWeek');
      },
      /onClick of overviewStart does run-query on something that does not exist/,
    ],
    [
      'components over each other',
      (app) => {
        for (const layout of component(app, 'overviewStart').layouts)
          Object.assign(layout, { left: 1, top: 16 });
      },
      /overviewTitle and overviewStart overlap on desktop/,
    ],
    [
      'a component off the grid',
      (app) => {
        Object.assign(component(app, 'overviewStart').layouts[0] as object, { left: 40 });
      },
      /overviewStart is off the desktop grid/,
    ],
    [
      'a missing empty state',
      (app) => {
        app.components = app.components.filter(({ name }) => name !== 'overviewAttentionEmpty');
      },
      /overviewAttention has no empty state/,
    ],
    [
      'a missing error state',
      (app) => {
        app.components = app.components.filter(({ name }) => name !== 'overviewTrendError');
      },
      /overviewTrend has no error state/,
    ],
    [
      'a missing loading state',
      (app) => {
        component(app, 'overviewAttention').properties.loadingState = { value: '{{false}}' };
      },
      /overviewAttention has no loading state for results/,
    ],
    [
      'a missing label',
      (app) => {
        component(app, 'peopleTeam').properties.label = { value: '' };
      },
      /peopleTeam has no label/,
    ],
    [
      'a table without columns',
      (app) => {
        component(app, 'peopleTable').properties.columns = { value: [] };
      },
      /peopleTable has no explicit columns/,
    ],
    [
      'something final that nobody is asked about',
      (app) => {
        delete query(app, 'override').options.requestConfirmation;
      },
      /without asking first/,
    ],
    [
      'a page that calls what its group may not',
      (app) => {
        query(app, 'runs').options.operation = 'audit.verify';
      },
      /page overview runs runs, but ai-manager-executive may not audit\.verify/,
    ],
    [
      'a table whose last column would be cut off',
      (app) => {
        const columns = component(app, 'peopleTable').properties.columns?.value as { columnSize: number }[];
        Object.assign(columns[0] as object, { columnSize: 900 });
      },
      /peopleTable has columns of \d+ px on \d+ px/,
    ],
    [
      'a file picker that does not say how large a file may be',
      (app) => {
        component(app, 'policyFile').properties.instructionText = { value: 'Drop it here' };
      },
      /policyFile does not say how large a file may be/,
    ],
    [
      'two components of one name',
      (app) => {
        component(app, 'overviewSubtitle').name = 'overviewTitle';
      },
      /two components are named overviewTitle/,
    ],
  ];

  test.each(faults)('%s', (_what, spoil, expected) => {
    const spoiled = executive();
    spoil(definition(spoiled));
    expect(checkApp(spoiled).join('\n')).toMatch(expected);
  });
});
