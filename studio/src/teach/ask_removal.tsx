// What can't be taken back is asked for.
import { texts } from "../texts";
import { Dialog } from "../view/dialog";

interface Props {
  label: string;
  question: string;
  /** Called once it is wished. */
  remove: () => void;
  /** Called with any answer, before `remove`. */
  onEnd: () => void;
}

export function AskRemoval({ label, question, remove, onEnd }: Props) {
  const removeIt = () => {
    onEnd();
    remove();
  };
  return (
    <Dialog label={label} onClose={onEnd}>
      <p>{question}</p>
      <div class="row">
        <button class="teach-danger" onClick={removeIt}>
          {texts.teach.remove}
        </button>
        <button autofocus onClick={onEnd}>{texts.teach.keep}</button>
      </div>
    </Dialog>
  );
}
