// A button that opens a list of choices: the browser's own, so that keys work as everywhere.
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";

/** Closes when a choice is taken, at escape, and when one clicks elsewhere. */
export function Menu({ label, children }: { label: string; children: ComponentChildren }) {
  const details = useRef<HTMLDetailsElement>(null);
  useEffect(() => {
    const close = (event: Event) => {
      const menu = details.current;
      if (!menu?.open) return;
      const isInside = event.target instanceof Node && menu.contains(event.target);
      if (event instanceof KeyboardEvent ? event.key === "Escape" : !isInside) menu.open = false;
      if (event instanceof KeyboardEvent && event.key === "Escape" && isInside) menu.querySelector("summary")?.focus();
    };
    addEventListener("pointerdown", close);
    addEventListener("keydown", close);
    return () => {
      removeEventListener("pointerdown", close);
      removeEventListener("keydown", close);
    };
  }, []);
  return (
    <details ref={details} class="menu">
      <summary>{label}</summary>
      <div class="menu-list card" onClick={(event) => (event.target as Element).closest("button") && (details.current!.open = false)}>
        {children}
      </div>
    </details>
  );
}
