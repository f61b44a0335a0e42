import { texts } from "../texts";

export function Look() {
  return <h2>{texts.tabs.look}</h2>;
}
