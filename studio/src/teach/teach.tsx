import { texts } from "../texts";

export function Teach() {
  return <h2>{texts.tabs.teach}</h2>;
}
