// What the terminal shows: a line for each decision, and a table at the end.

const COLOURS = { allow: 32, warn: 33, downgrade: 36, block: 31, dry_run: 35 };
const isTerminal = process.stdout.isTTY === true;

/** A text in the colour of an action, on a terminal. */
function coloured(action, text) {
  return isTerminal ? `\x1b[${COLOURS[action] ?? 0}m${text}\x1b[0m` : text;
}

/** Dollars with four digits behind the point. */
export function usd(amount) {
  return `$${Number(amount).toFixed(4)}`;
}

/** Prints decisions. Of a run of refusals of one user only the first is shown, and then how many there were. */
export class Screen {
  #refused = new Map();

  decision({ call, decision }) {
    const { user, tier } = call;
    const { action, reason, requested_model: model, spent, limit } = decision;
    const before = this.#refused.get(user) ?? 0;
    if (action === "block") {
      this.#refused.set(user, before + 1);
      if (before > 0 && (before + 1) % 50 !== 0) return;
    }
    const to = action === "downgrade" ? ` → ${decision.model}` : "";
    const times = action === "block" && before > 0 ? `, ${before + 1} times by now` : "";
    const figures = limit === null ? "" : `spent ${usd(spent)} of ${usd(limit)}`;
    console.log(
      `${user.padEnd(5)} ${tier.padEnd(10)} ${coloured(action, action.padEnd(9))} ${(model + to).padEnd(22)} ${figures}  ${reason}${times}`,
    );
  }

  summary(rows, { made, refused, without, billed }) {
    const head = ["user", "tier", "made", "warned", "downgraded", "blocked", "spent"];
    const widths = [6, 11, 6, 8, 12, 9, 9];
    const line = (cells) => console.log(cells.map((cell, i) => String(cell).padEnd(widths[i])).join(""));
    console.log();
    line(head);
    for (const row of rows) line([row.user, row.tier, row.made, row.warned, row.downgraded, row.blocked, usd(row.spent)]);
    console.log(`\n${made} calls were made, ${refused} were stopped before they left.`);
    console.log(`The provider billed ${usd(billed)}. Without budgets it had been ${usd(without)}: saved ${usd(without - billed)}.`);
  }
}
