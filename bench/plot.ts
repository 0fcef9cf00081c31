/** A line of a plot: pairs of size and milliseconds, both above 0. */
export type Series = { readonly name: string; readonly points: readonly (readonly [number, number])[] };

const [WIDTH, HEIGHT] = [640, 360];
const LINE_HEIGHT = 14;
const MARGIN = { left: 60, right: 160, top: 20, bottom: 40 };
/** Told apart without colour vision, on white and on black (Okabe and Ito). */
const COLOURS = ['#0072B2', '#D55E00', '#009E73', '#CC79A7'];

/** Draws lines over two logarithmic axes as an SVG. */
export function plot(series: readonly Series[], xTitle: string, yTitle: string): string {
  const points = series.flatMap(({ points }) => points);
  const x = axis(
    points.map(([size]) => size),
    MARGIN.left,
    WIDTH - MARGIN.right,
  );
  const y = axis(
    points.map(([, value]) => value),
    HEIGHT - MARGIN.bottom,
    MARGIN.top,
  );
  const grid = [
    ...x.powers.map((power) => line(x.at(power), MARGIN.top, x.at(power), HEIGHT - MARGIN.bottom)),
    ...y.powers.map((power) => line(MARGIN.left, y.at(power), WIDTH - MARGIN.right, y.at(power))),
  ];
  const marks = [
    ...x.powers.map((power) => text(x.at(power), HEIGHT - MARGIN.bottom + 16, String(power), 'middle')),
    ...y.powers.map((power) => text(MARGIN.left - 6, y.at(power) + 4, String(power), 'end')),
    text((MARGIN.left + WIDTH - MARGIN.right) / 2, HEIGHT - 6, xTitle, 'middle'),
    text(MARGIN.left, MARGIN.top - 6, yTitle, 'end'),
  ];
  const heights = spread(series.map(({ points }) => y.at(points.at(-1)?.[1] ?? 1)));
  const lines = series.flatMap(({ name, points }, index) => {
    const colour = COLOURS[index % COLOURS.length] ?? '#000';
    const path = points.map(([size, value]) => `${fixed(x.at(size))},${fixed(y.at(value))}`).join(' ');
    return [
      `<polyline points="${path}" fill="none" stroke="${colour}" stroke-width="2"/>`,
      `<text x="${WIDTH - MARGIN.right + 8}" y="${fixed((heights[index] ?? 0) + 4)}" fill="${colour}">${name}</text>`,
    ];
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12">`,
    `<title>${yTitle} by ${xTitle}</title>`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>`,
    ...grid,
    ...marks,
    ...lines,
    '</svg>',
    '',
  ].join('\n');
}

type Axis = { readonly powers: readonly number[]; at(value: number): number };

/** An axis over whole powers of ten. */
function axis(values: readonly number[], from: number, to: number): Axis {
  const least = Math.floor(Math.log10(Math.min(...values)));
  const most = Math.max(least + 1, Math.ceil(Math.log10(Math.max(...values))));
  return {
    powers: Array.from({ length: most - least + 1 }, (_, i) => 10 ** (least + i)),
    at: (value) => from + ((Math.log10(value) - least) / (most - least)) * (to - from),
  };
}

function line(x1: number, y1: number, x2: number, y2: number): string {
  return `<path d="M${fixed(x1)} ${fixed(y1)}L${fixed(x2)} ${fixed(y2)}" stroke="#ddd"/>`;
}

function text(x: number, y: number, content: string, anchor: 'middle' | 'end'): string {
  return `<text x="${fixed(x)}" y="${fixed(y)}" fill="#555" text-anchor="${anchor}">${content}</text>`;
}

function fixed(value: number): string {
  return value.toFixed(1);
}

/** The same heights, moved down where a line of text would cover the one above it. */
function spread(heights: readonly number[]): number[] {
  const moved = [...heights];
  const order = heights.map((_, index) => index).sort((a, b) => (heights[a] ?? 0) - (heights[b] ?? 0));
  let above = Number.NEGATIVE_INFINITY;
  for (const index of order) {
    above = Math.max(heights[index] ?? 0, above + LINE_HEIGHT);
    moved[index] = above;
  }
  return moved;
}
