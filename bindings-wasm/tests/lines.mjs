// Lines on stdin and stdout for a server that answers one line with one line.

/**
 * Answers the lines of stdin with those of `answer`, which takes a list and gives a list or a promise of one. What is
 * there is answered before more is awaited.
 */
export async function serveLines(answer) {
  let rest = "";
  process.stdin.setEncoding("utf8");
  for await (const chunk of process.stdin) {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop();
    if (lines.length === 0) continue;
    const answers = await answer(lines);
    await new Promise((written) => process.stdout.write(answers.map((line) => `${line}\n`).join(""), written));
  }
}
