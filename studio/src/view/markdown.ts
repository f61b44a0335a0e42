// Markdown as cards use it, to a tree of plain data: headings, paragraphs, lists, tables, code, bold, italics.
// There is no HTML in it: what looks like a tag stays text. Links are their words, as nothing here leaves the machine.

export interface Inline {
  kind: "text" | "code" | "bold" | "italic";
  text: string;
}

export type Block =
  | { kind: "heading"; level: number; text: Inline[] }
  | { kind: "paragraph"; text: Inline[] }
  | { kind: "list"; ordered: boolean; items: Inline[][] }
  | { kind: "table"; head: Inline[][]; rows: Inline[][][] }
  | { kind: "code"; text: string };

/** Longer cards are cut: a bundle from anywhere must not freeze the page. */
const longest = 65536;

const inlinePattern = /`([^`]+)`|\*\*([^*]+)\*\*|\*([^*\s][^*]*)\*|!?\[([^\][]*)\]\(([^()\s]*)\)/g;

export function inlineOf(text: string): Inline[] {
  const parts: Inline[] = [];
  const add = (kind: Inline["kind"], words: string) => {
    const last = parts.at(-1);
    if (words === "") return;
    if (kind === "text" && last?.kind === "text") last.text += words;
    else parts.push({ kind, text: words });
  };
  let at = 0;
  for (const match of text.matchAll(inlinePattern)) {
    add("text", text.slice(at, match.index));
    const [whole, code, bold, italic, link] = match;
    if (code !== undefined) add("code", code);
    else if (bold !== undefined) add("bold", bold);
    else if (italic !== undefined) add("italic", italic);
    else add("text", link ?? "");
    at = match.index + whole.length;
  }
  add("text", text.slice(at));
  return parts;
}

const isTableLine = (line: string) => /^\s*\|.*\|\s*$/.test(line);
const isRule = (line: string) => /^\s*\|[\s:|-]+\|\s*$/.test(line) && line.includes("-");
const bullet = /^\s*[-*+]\s+(.*)$/;
const numbered = /^\s*\d{1,9}[.)]\s+(.*)$/;
const heading = /^(#{1,6})\s+(.*?)\s*#*$/;

/** The cells of a line; \| is a bar. */
function cellsOf(line: string): string[] {
  const inner = line.trim().slice(1, -1);
  return inner.split(/(?<!\\)\|/).map((cell) => cell.trim().replaceAll("\\|", "|"));
}

export function blocksOf(markdown: string): Block[] {
  const lines = markdown.slice(0, longest).replaceAll("\r\n", "\n").split("\n");
  const blocks: Block[] = [];
  let at = 0;
  const take = (matches: (line: string) => boolean) => {
    const from = at;
    while (at < lines.length && matches(lines[at]!)) at++;
    return lines.slice(from, at);
  };
  while (at < lines.length) {
    const line = lines[at]!;
    const head = heading.exec(line);
    if (line.trim() === "") {
      at++;
    } else if (line.startsWith("```")) {
      at++;
      const code = take((one) => !one.startsWith("```"));
      at++;
      blocks.push({ kind: "code", text: code.join("\n") });
    } else if (head) {
      at++;
      blocks.push({ kind: "heading", level: head[1]!.length, text: inlineOf(head[2]!) });
    } else if (isTableLine(line) && isRule(lines[at + 1] ?? "")) {
      const table = take(isTableLine).map((row) => cellsOf(row).map(inlineOf));
      const first = table[0]!;
      blocks.push({ kind: "table", head: first.every((cell) => cell.length === 0) ? [] : first, rows: table.slice(2) });
    } else if (bullet.test(line) || numbered.test(line)) {
      const form = bullet.test(line) ? bullet : numbered;
      const items = take((one) => form.test(one)).map((item) => inlineOf(form.exec(item)![1]!));
      blocks.push({ kind: "list", ordered: form === numbered, items });
    } else {
      at++;
      const rest = take((one) => one.trim() !== "" && !one.startsWith("```") && !heading.test(one) && !isTableLine(one) && !bullet.test(one) && !numbered.test(one));
      blocks.push({ kind: "paragraph", text: inlineOf([line, ...rest].map((one) => one.trim()).join(" ")) });
    }
  }
  return blocks;
}

/** A text without the line of its title: where that stands above already. */
export const withoutTitle = (markdown: string) => (titleOf(markdown) ? markdown.replace(/^\s*#.*/, "") : markdown);

/** What a text calls itself: its first heading, where that stands at its beginning; "" elsewhere. */
export function titleOf(markdown: string): string {
  const first = blocksOf(markdown)[0];
  return first?.kind === "heading" && first.level === 1 ? first.text.map(({ text }) => text).join("").replace(/\\([|\\<])/g, "$1").trim() : "";
}
