import { describe, expect, it } from "vitest";
import { ApiError } from "../api/client";
import { sendAll, type Sending, type Wires } from "./upload";

const files = ["a.mid", "b.mid", "c.mid"].map((path) => ({ path, size: 1, file: new File(["x"], path) }));
const fresh: Sending = { files, sent: 0, refused: [] };

/** A server whose answers to each file are given, the last one again and again; null: it takes it. */
function wires(answers: Record<string, (ApiError | null)[]>): Wires & { log: string[] } {
  const log: string[] = [];
  return {
    log,
    add: (path) => {
      log.push(path);
      const all = answers[path] ?? [null];
      const answer = all.length > 1 ? all.shift()! : all[0];
      return answer ? Promise.reject(answer) : Promise.resolve();
    },
    wait: (milliseconds) => {
      log.push(String(milliseconds));
      return Promise.resolve();
    },
    isStopped: () => false,
  };
}

describe("sending", () => {
  it("goes on past a file that the server refuses", async () => {
    const told: number[] = [];
    const server = wires({ "b.mid": [new ApiError("too large", "", 413)] });
    const end = await sendAll(fresh, server, ({ sent }) => told.push(sent));
    expect(end.refused).toEqual([{ path: "b.mid", why: "too large" }]);
    expect(told).toEqual([1, 2, 3]);
  });
  it("asks again where the server is away", async () => {
    const server = wires({ "b.mid": [new ApiError("away"), new ApiError("busy", "", 503), null] });
    await sendAll(fresh, server, () => undefined);
    expect(server.log).toEqual(["a.mid", "b.mid", "500", "b.mid", "1000", "b.mid", "c.mid"]);
  });
  it("stops where nothing helps, and goes on from there", async () => {
    const full = wires({ "b.mid": [new ApiError("the disk is full", "", 507)] });
    let last = fresh;
    await expect(sendAll(fresh, full, (state) => (last = state))).rejects.toThrow("disk is full");
    const again = wires({});
    expect((await sendAll(last, again, () => undefined)).sent).toBe(3);
    expect(again.log).toEqual(["b.mid", "c.mid"]);
  });
  it("gives up on a server that stays away", async () => {
    const away = wires({ "a.mid": [new ApiError("away")] });
    await expect(sendAll(fresh, away, () => undefined)).rejects.toThrow("away");
    expect(away.log.filter((entry) => entry === "a.mid").length).toBe(6);
  });
});
