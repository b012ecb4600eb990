import { expect, test } from 'vitest';
import { drawChart } from '../src/preview/client/chart.ts';

test('the preview draws a heatmap as a square for each value, darker for more, with its words', () => {
  const svg = drawChart(
    JSON.stringify({
      data: [
        {
          type: 'heatmap',
          x: ['2026-11-16', '2026-11-23'],
          y: ['Mon', 'Tue'],
          z: [
            [0, 4],
            [2, null],
          ],
          text: [
            ['nothing', 'four commits'],
            ['two commits', ''],
          ],
          colorscale: [
            [0, '#ffffff'],
            [1, '#000000'],
          ],
        },
      ],
    }),
    600,
    220,
  );
  expect([...svg.matchAll(/fill="(rgb[^"]*)"/g)].map(([, color]) => color)).toEqual([
    'rgb(255 255 255)',
    'rgb(0 0 0)',
    'rgb(128 128 128)',
  ]);
  expect(svg).toContain('four commits');
  expect(svg).toContain('Tue');
});
