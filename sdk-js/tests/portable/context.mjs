// Who a call is for, where the host can follow a request and where it cannot.

import { counter, COST, PARAMS, perUser } from "./bench.mjs";
import { equal } from "./check.mjs";

const later = () => new Promise((resolve) => setTimeout(resolve, 5));
const two = ["a", "b"];

export const everywhere = {
  async concurrent_requests_do_not_mix(bench) {
    const gate = bench.gate({ policy: perUser({ usd: "1" }) });
    const openai = gate.wrap(bench.client());
    const request = (user) =>
      gate.run({ user }, async () => {
        await later();
        await openai.chat.completions.create(PARAMS);
        await later();
        return openai.chat.completions.create(PARAMS);
      });
    await Promise.all(two.map(request));
    for (const user of two) equal((await counter(gate, user)).spent, "0.0025", user);
  },
};

export const elsewhere = {
  async run_holds_until_the_first_promise(bench) {
    const gate = bench.gate({ policy: perUser({ usd: "1" }) });
    const openai = gate.wrap(bench.client());
    await Promise.all(two.map((user) => gate.run({ user }, () => openai.chat.completions.create(PARAMS))));
    for (const user of two) equal((await counter(gate, user)).spent, COST, user);
  },

  async attributes_of_the_client_hold_throughout(bench) {
    const gate = bench.gate({ policy: perUser({ usd: "1" }) });
    const client = bench.client();
    const request = async (user) => {
      const openai = gate.wrap(client, { user });
      await later();
      await openai.chat.completions.create(PARAMS);
      await later();
      return openai.chat.completions.create(PARAMS);
    };
    await Promise.all(two.map(request));
    for (const user of two) equal((await counter(gate, user)).spent, "0.0025", user);
  },
};
