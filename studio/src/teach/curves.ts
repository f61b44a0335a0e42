// Scales of the chart of losses.
import type { Curves } from "../api/types";

export interface Scale {
  x: (step: number) => number;
  y: (loss: number) => number;
  xTicks: number[];
  yTicks: number[];
}

export interface Box {
  left: number;
  top: number;
  width: number;
  height: number;
}

/** Round numbers from `low` to `high`, about `count` of them. */
export function ticksOf(low: number, high: number, count: number): number[] {
  if (!(high > low) || !Number.isFinite(high - low)) return [low];
  const rough = (high - low) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((by) => by * power).find((by) => by >= rough * 0.999) ?? 10 * power;
  const ticks: number[] = [];
  for (let tick = Math.ceil(low / step - 1e-9) * step; tick <= high + step * 1e-9; tick += step) ticks.push(Number(tick.toPrecision(12)));
  return ticks;
}

/** `steps`: of the whole training; 0 where that is not known. */
export function scaleOf(curves: Curves, steps: number, box: Box): Scale {
  const points = [...curves.training, ...curves.heldOut].filter(([, loss]) => Number.isFinite(loss));
  const last = Math.max(steps, 1, ...points.map(([step]) => step));
  const losses = points.map(([, loss]) => loss).concat(curves.before ?? []);
  let low = losses.length ? Math.min(...losses) : 0;
  let high = losses.length ? Math.max(...losses) : 1;
  const margin = Math.max((high - low) * 0.1, 0.01);
  low = Math.max(0, low - margin);
  high += margin;
  return {
    x: (step) => box.left + (step / last) * box.width,
    y: (loss) => box.top + ((high - loss) / (high - low)) * box.height,
    xTicks: ticksOf(0, last, 5).filter(Number.isInteger),
    yTicks: ticksOf(low, high, 4),
  };
}

/** An SVG path through the points; what is no number leaves a gap. */
export function pathOf(points: [number, number][], scale: Scale): string {
  let pen = "M";
  return points
    .map(([step, loss]) => {
      if (!Number.isFinite(loss)) {
        pen = "M";
        return "";
      }
      const part = `${pen}${scale.x(step).toFixed(1)} ${scale.y(loss).toFixed(1)}`;
      pen = "L";
      return part;
    })
    .join("");
}

/** The lowest held-out loss and its step; null: nothing was measured. */
export function bestOf(curves: Curves): [step: number, loss: number] | null {
  return curves.heldOut.reduce<[number, number] | null>((best, point) => (best === null || point[1] < best[1] ? point : best), null);
}

/** Points thinned out to `most`, the last one always kept: a chart has no more pixels. */
export function thinned<T>(points: T[], most: number): T[] {
  if (points.length <= most) return points;
  const by = Math.ceil(points.length / most);
  return points.filter((_, index) => (points.length - 1 - index) % by === 0);
}
