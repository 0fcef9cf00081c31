import uPlot from 'uplot';

/** Seconds of the playback; seconds that are buffered ahead; megabits per second, null where nothing is known. */
export type ChartData = readonly [
  times: readonly number[],
  ahead: readonly number[],
  rate: readonly (number | null)[],
];

export type Chart = { show(data: ChartData): void; close(): void };

/** Draws buffer and bitrate over time into an element, in its size and the colours of the page. */
export function openChart(root: HTMLElement): Chart {
  const colour = (name: string) => () => getComputedStyle(root).getPropertyValue(name);
  const axis = { stroke: colour('--soft'), font: '12px system-ui', ticks: { show: false } };
  const grid = { stroke: colour('--line'), width: 1 };
  const inSeconds = (_: uPlot, values: number[]) => values.map((value) => `${value} s`);
  const inMegabits = (_: uPlot, values: number[]) => values.map((value) => `${value} Mbit/s`);
  const plot = new uPlot(
    {
      ...sizeOf(root),
      legend: { show: false },
      cursor: { show: false },
      scales: {
        x: { time: false },
        ahead: { range: (_, __, most) => [0, Math.max(5, most * 1.1)] },
        rate: { range: (_, __, most) => [0, Math.max(0.5, most * 1.2)] },
      },
      axes: [
        { ...axis, grid: { show: false }, values: inSeconds, size: 24, gap: 2 },
        { ...axis, grid, scale: 'ahead', values: inSeconds, size: 44 },
        { ...axis, grid: { show: false }, scale: 'rate', side: 1, values: inMegabits, size: 76 },
      ],
      series: [
        {},
        {
          scale: 'ahead',
          stroke: colour('--accent'),
          fill: colour('--tint'),
          width: 2,
          points: { show: false },
        },
        { scale: 'rate', stroke: colour('--second'), width: 2, points: { show: false } },
      ],
    },
    [[], [], []],
    root,
  );
  const size = new ResizeObserver(() => plot.setSize(sizeOf(root)));
  size.observe(root);
  const scheme = matchMedia('(prefers-color-scheme: dark)');
  const redraw = () => plot.redraw();
  scheme.addEventListener('change', redraw);
  return {
    show: ([times, ahead, rate]) => plot.setData([[...times], [...ahead], [...rate]]),
    close() {
      size.disconnect();
      scheme.removeEventListener('change', redraw);
      plot.destroy();
    },
  };
}

function sizeOf({ clientWidth, clientHeight }: HTMLElement) {
  return { width: clientWidth, height: clientHeight };
}
