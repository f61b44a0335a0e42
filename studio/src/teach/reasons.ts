// Why files were not kept, as they are listed.
import type { DiscardReason } from "../api/types";

/** Reasons that read alike are one, with all their files; the most frequent first. */
export function reasonsOf(discarded: readonly DiscardReason[]): DiscardReason[] {
  const byText = new Map<string, DiscardReason>();
  for (const one of discarded) {
    const same = byText.get(one.text);
    byText.set(one.text, same ? { ...same, count: same.count + one.count, remedy: same.remedy ?? one.remedy } : one);
  }
  return [...byText.values()].sort((a, b) => b.count - a.count);
}
