import { blocksOf, type Block, type Inline } from "./markdown";

function Words({ text }: { text: Inline[] }) {
  const tags = { text: "span", code: "code", bold: "strong", italic: "em" } as const;
  return (
    <>
      {text.map(({ kind, text: words }, index) => {
        const Tag = tags[kind];
        return <Tag key={index}>{words}</Tag>;
      })}
    </>
  );
}

function Shown({ block }: { block: Block }) {
  if (block.kind === "heading") {
    // The page's own headings are above level 4.
    return block.level <= 2 ? <h4>{<Words text={block.text} />}</h4> : <h5>{<Words text={block.text} />}</h5>;
  }
  if (block.kind === "code") return <pre>{block.text}</pre>;
  if (block.kind === "paragraph") {
    return (
      <p>
        <Words text={block.text} />
      </p>
    );
  }
  if (block.kind === "list") {
    const items = block.items.map((item, index) => (
      <li key={index}>
        <Words text={item} />
      </li>
    ));
    return block.ordered ? <ol>{items}</ol> : <ul>{items}</ul>;
  }
  return (
    <table>
      {block.head.length > 0 && (
        <thead>
          <tr>
            {block.head.map((cell, index) => (
              <th key={index} scope="col">
                <Words text={cell} />
              </th>
            ))}
          </tr>
        </thead>
      )}
      <tbody>
        {block.rows.map((row, at) => (
          <tr key={at}>
            {row.map((cell, index) => (
              <td key={index}>
                <Words text={cell} />
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** Markdown of others, such as a model's card. */
export function Markdown({ text }: { text: string }) {
  return (
    <div class="markdown">
      {blocksOf(text).map((block, index) => (
        <Shown key={index} block={block} />
      ))}
    </div>
  );
}
