import { texts } from "../texts";

export function Duet() {
  return <h2>{texts.tabs.duet}</h2>;
}
