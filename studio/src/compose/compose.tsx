import { texts } from "../texts";

export function Compose() {
  return <h2>{texts.tabs.compose}</h2>;
}
