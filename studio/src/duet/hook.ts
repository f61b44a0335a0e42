// What the tests of the whole page look at.
import { render } from "../sound/offline";
import { level, soundState } from "../sound/synth";
import { transport } from "../sound/transport";
import { keeping, loadKept, session } from "./store";

export interface DuetHook {
  level: typeof level;
  sound: typeof soundState;
  session: typeof session;
  keeping: typeof keeping;
  loadKept: typeof loadKept;
  transport: typeof transport;
  render: typeof render;
}
declare global {
  interface Window {
    magentaDuet?: DuetHook;
  }
}
window.magentaDuet = { level, sound: soundState, session, keeping, loadKept, transport, render };
