// Losses as they come: training, held out, and where the model began.
import type { Job } from "../api/types";
import { texts } from "../texts";
import { useNarrow } from "../view/use_narrow";
import { bestOf, pathOf, scaleOf, thinned } from "./curves";

const words = texts.teach;
/** Of the drawing; a phone gets a smaller one, so that its numbers can be read. */
const sizes = { desk: { width: 800, height: 260 }, phone: { width: 340, height: 220 } };
const mostPoints = 400;

function summaryOf({ curves, step }: Job): string {
  const best = curves && bestOf(curves);
  const training = curves?.training.at(-1)?.[1];
  return words.chartSummary(step, training?.toFixed(3) ?? "–", best ? best[1].toFixed(3) : "–", curves?.before?.toFixed(3) ?? "–");
}

export function Chart({ job }: { job: Job }) {
  const curves = job.curves ?? { training: [], heldOut: [], before: null };
  const isNarrow = useNarrow();
  if (curves.training.length + curves.heldOut.length === 0) return null;
  const size = isNarrow ? sizes.phone : sizes.desk;
  const box = { left: 48, top: 12, width: size.width - 64, height: size.height - 44 };
  const scale = scaleOf(curves, job.steps, box);
  const best = bestOf(curves);
  return (
    <figure class="teach-chart">
      <svg viewBox={`0 0 ${size.width} ${size.height}`} role="img" aria-label={summaryOf(job)}>
        {scale.yTicks.map((loss) => (
          <g key={loss}>
            <line class="grid" x1={box.left} x2={box.left + box.width} y1={scale.y(loss)} y2={scale.y(loss)} />
            <text class="tick end" x={box.left - 8} y={scale.y(loss) + 4}>
              {loss}
            </text>
          </g>
        ))}
        {scale.xTicks.map((step) => (
          <text key={step} class="tick middle" x={scale.x(step)} y={size.height - 10}>
            {step}
          </text>
        ))}
        {curves.before !== null && <line class="before" x1={box.left} x2={box.left + box.width} y1={scale.y(curves.before)} y2={scale.y(curves.before)} />}
        <path class="training" d={pathOf(thinned(curves.training, mostPoints), scale)} />
        <path class="held-out" d={pathOf(curves.heldOut, scale)} />
        {thinned(curves.heldOut, 60).map(([step, loss]) => (
          <circle key={step} class="held-out" cx={scale.x(step)} cy={scale.y(loss)} r={best?.[0] === step ? 5 : 3} />
        ))}
      </svg>
      <figcaption class="teach-keys">
        <span class="key held-out">{words.heldOut}</span>
        <span class="key training">{words.training}</span>
        {curves.before !== null && <span class="key before">{words.before}</span>}
        <span class="muted">{words.axis}</span>
      </figcaption>
    </figure>
  );
}
