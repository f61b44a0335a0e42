// To the duet, with a model chosen there.
import type { ComponentChildren } from "preact";
import { duetModel, loadGenerators } from "../store/generators";

export function PlayLink({ id, label, children }: { id: string; label?: string; children: ComponentChildren }) {
  const choose = () => {
    duetModel.value = id;
    void loadGenerators(); // it may be new
  };
  return (
    <a class="teach-play" href="#duet" {...(label ? { "aria-label": label } : {})} onClick={choose}>
      {children}
    </a>
  );
}
