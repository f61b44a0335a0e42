// A dialog: the browser's own, so that the focus stays in it and goes back, and keys work as everywhere.
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";

export function Dialog({ label, onClose, children }: { label: string; onClose: () => void; children: ComponentChildren }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const shown = dialog.current;
    shown?.showModal();
    return () => shown?.close();
  }, []);
  return (
    <dialog ref={dialog} class="dialog" aria-label={label} onCancel={(event) => (event.preventDefault(), onClose())}>
      {children}
    </dialog>
  );
}
