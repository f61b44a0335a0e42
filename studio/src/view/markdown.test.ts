import { describe, expect, it } from "vitest";
import { blocksOf, inlineOf, titleOf, withoutTitle, type Block, type Inline } from "./markdown";

const line = (text: Inline[]) => text.map(({ kind, text: words }) => ({ text: words, code: `\`${words}\``, bold: `<b>${words}</b>`, italic: `<i>${words}</i>` })[kind]).join("");
function dump(block: Block): string {
  switch (block.kind) {
    case "heading": return `h${block.level} ${line(block.text)}`;
    case "paragraph": return `p ${line(block.text)}`;
    case "code": return `code ${JSON.stringify(block.text)}`;
    case "list": return `${block.ordered ? "ol" : "ul"} ${block.items.map(line).join(" / ")}`;
    case "table": return `table ${[block.head, ...block.rows].map((row) => row.map(line).join(" | ")).join(" / ")}`;
  }
}
const dumped = (text: string) => blocksOf(text).map(dump);

describe("markdown", () => {
  it.each([
    ["# drum_kit\n\nplays\ngrooves", ["h1 drum_kit", "p plays grooves"]],
    ["- a\n- **b**\n\n1. c\n2. d", ["ul a / <b>b</b>", "ol c / d"]],
    ["| | |\n| --- | --- |\n| data | 182 `x|y` |", ["table  / data | 182 `x | y`"]],
    ["| a | b |\n|:--|--:|\n| 1 | \\|2 |", ["table a | b / 1 | |2"]],
    ["```\n**no**\n", ['code "**no**\\n"']],
    ["| no table", ["p | no table"]],
    ["a *b* `c` 2 * 3 * 4", ["p a <i>b</i> `c` 2 * 3 * 4"]],
    ["see [the patterns](../drums) and ![x](https://elsewhere/y.png)", ["p see the patterns and x"]],
    ["", []],
  ])("%j", (text, wanted) => {
    expect(dumped(text).map((block) => block.replace(/^table {2}\//, "table  /"))).toEqual(wanted);
  });
  it("hostile input stays text", () => {
    for (const text of ['<script>alert(1)</script>', '<img src=x onerror="alert(1)">', "[x](javascript:alert(1))", "**<b onclick=1>**"]) {
      for (const block of blocksOf(text)) {
        expect(block.kind).toBe("paragraph");
        if (block.kind === "paragraph") expect(JSON.stringify(Object.keys(block))).toBe('["kind","text"]');
      }
    }
    expect(inlineOf("[x](javascript:alert)")).toEqual([{ kind: "text", text: "x" }]);
    expect(inlineOf("<script>alert(1)</script>")).toEqual([{ kind: "text", text: "<script>alert(1)</script>" }]);
  });
  it("is quick whatever comes", () => {
    const began = performance.now();
    for (const text of ["*".repeat(60000), "[".repeat(60000), "`".repeat(60000), "| ".repeat(30000), "**a".repeat(20000), "#".repeat(60000), "- ".repeat(30000)]) blocksOf(text);
    expect(performance.now() - began).toBeLessThan(1000);
  });
  it("is cut where it is endless", () => {
    expect(JSON.stringify(blocksOf("a".repeat(1 << 20))).length).toBeLessThan(70000);
  });
});

it("a text calls itself by the heading that it begins with", () => {
  expect([titleOf("# My *tunes*\n\n| a | b |"), titleOf("# a \\| b"), titleOf("Text\n\n# Later"), titleOf("")]).toEqual(["My tunes", "a | b", "", ""]);
});

it("the title alone is left out", () => {
  const kept = ["\n# My tunes\n\nText\n# Later", "Text\n# Later", "## Part\nText"].map((text) => withoutTitle(text).trim());
  expect(kept).toEqual(["Text\n# Later", "Text\n# Later", "## Part\nText"]);
});
