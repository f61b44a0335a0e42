// Why it is silent, or sounds simple: said in every part of the page as long as it is so.
import { soundState } from "../sound/synth";

export function SoundNotice() {
  const { message, remedy } = soundState.value;
  return (
    <div role="status">
      {message && (
        <p class="sound-notice">
          {message} <span class="muted">{remedy}</span>
        </p>
      )}
    </div>
  );
}
