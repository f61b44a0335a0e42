import { signal } from "@preact/signals";
import type { VNode } from "preact";
import { describe, expect, it } from "vitest";
import type { Argument } from "../api/types";
import { argsFor, GeneratorControls, spanOf, withArg, type Args } from "./generator_controls";

describe("a generator's controls", () => {
  it.each<[Argument, ReturnType<typeof spanOf>]>([
    [{ name: "temperature", type: "FLOAT", low: 0, high: 1e6 }, { min: 0, max: 2, step: 0.05 }],
    [{ name: "top_p", type: "FLOAT", low: 0, high: 1, lowExcluded: true }, { min: 0.05, max: 1, step: 0.05 }],
    [{ name: "density", type: "INT", low: 0, high: 8 }, { min: 0, max: 8, step: 1 }],
    [{ name: "num_steps", type: "INT", low: 1, high: 1048576 }, null],
    [{ name: "seed", type: "INT" }, null],
    [{ name: "primer_key", type: "STRING", low: 0, high: 11 }, null],
  ])("slides where a range is to be heard: %j", (argument, span) => {
    expect(spanOf(argument)).toEqual(span);
  });
  it("say and unsay", () => {
    expect(withArg({ a: { intValue: 1 } }, "b", { intValue: 2 })).toEqual({ a: { intValue: 1 }, b: { intValue: 2 } });
    expect(withArg({ a: { intValue: 1 } }, "a", undefined)).toEqual({});
  });
  it("change what was said meanwhile, not what was drawn", () => {
    const args = signal<Args>({});
    const drawn = GeneratorControls({ arguments: [{ name: "a", type: "INT" }, { name: "b", type: "INT" }], args }) as VNode<{
      children: VNode<{ onChange: (value: { intValue: number }) => void }>[];
    }>;
    drawn.props.children.forEach((control, index) => control.props.onChange({ intValue: index }));
    expect(args.value).toEqual({ a: { intValue: 0 }, b: { intValue: 1 } });
  });
  it("leave out what another model does not know", () => {
    expect(argsFor({ a: { intValue: 1 }, b: { intValue: 2 } }, [{ name: "b", type: "INT" }])).toEqual({ b: { intValue: 2 } });
  });
});
