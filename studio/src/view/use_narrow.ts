import { useEffect, useState } from "preact/hooks";

const narrow = matchMedia("(max-width: 720px)");

/** Whether the page is as narrow as a phone. */
export function useNarrow(): boolean {
  const [isNarrow, set] = useState(narrow.matches);
  useEffect(() => {
    const changed = () => set(narrow.matches);
    narrow.addEventListener("change", changed);
    return () => narrow.removeEventListener("change", changed);
  }, []);
  return isNarrow;
}
