// What changes from one value of JSON to another that shares with it what stayed, as edits leave them: JSON itself, and
// as small as the change.

export type Delta =
  /** Another value. */
  | { is?: unknown }
  /** Of an object the fields that are new or changed, and those that went. */
  | { fields: Record<string, Delta>; gone: string[] }
  /** A list, from its beginning to its end. */
  | { items: Item[] };

/** So many items of the old list from a place on; what became of the one at a place; a new one. */
type Item = [from: number, count: number] | { of: number; by: Delta } | { is?: unknown };

const isList = (value: unknown): value is readonly unknown[] => Array.isArray(value);
const isObject = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === "object" && value !== null && !isList(value);

export function deltaBetween(old: unknown, next: unknown): Delta {
  if (isList(old) && isList(next)) return { items: itemsBetween(old, next) };
  if (!isObject(old) || !isObject(next)) return { is: next };
  const changed = Object.keys(next).filter((name) => !(name in old) || next[name] !== old[name]);
  return {
    fields: Object.fromEntries(changed.map((name) => [name, deltaBetween(old[name], next[name])])),
    gone: Object.keys(old).filter((name) => !(name in next)),
  };
}

function itemsBetween(old: readonly unknown[], next: readonly unknown[]): Item[] {
  const places = new Map(old.map((value, place) => [value, place]));
  const stays = new Set(next);
  const items: Item[] = [];
  next.forEach((value, place) => {
    const from = places.get(value);
    const last = items.at(-1);
    if (from === undefined) {
      const other = old[place];
      const isChanged = (isList(other) || isObject(other)) && !stays.has(other);
      items.push(isChanged ? { of: place, by: deltaBetween(other, value) } : { is: value });
    } else if (isList(last) && last[0] + last[1] === from) {
      items[items.length - 1] = [last[0], last[1] + 1];
    } else {
      items.push([from, 1]);
    }
  });
  return items;
}

/** `old` after `delta`; what stays is shared. Throws where it is no list or object as `delta` has it. */
export function applyDelta(old: unknown, delta: Delta): unknown {
  if ("items" in delta) {
    if (!isList(old)) throw new Error("no list");
    const next: unknown[] = [];
    for (const item of delta.items) {
      if (!isList(item)) next.push("of" in item ? applyDelta(old[item.of], item.by) : item.is);
      else for (let place = item[0]; place < item[0] + item[1]; ++place) next.push(old[place]);
    }
    return next;
  }
  if (!("fields" in delta)) return delta.is;
  if (!isObject(old)) throw new Error("no object");
  const stays = Object.entries(old).filter(([name]) => !delta.gone.includes(name));
  const changed = Object.entries(delta.fields).map(([name, change]) => [name, applyDelta(old[name], change)] as const);
  return Object.fromEntries([...stays, ...changed]);
}
