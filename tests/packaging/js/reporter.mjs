// A reporter for node:test that says each failure, and at the end `NAME: N passed, M failed`.

export default async function* report(events) {
  const name = process.env.SPENDGATE_REPORT ?? "tests";
  let passed = 0;
  let failed = 0;
  for await (const { type, data } of events) {
    if (type === "test:stdout" || type === "test:stderr") yield data.message;
    // Tests that consist of others count by those.
    const isGroup = (data?.details?.type ?? "test") === "suite";
    if (type === "test:pass" && !isGroup) passed++;
    if (type === "test:fail") {
      const { error } = data.details;
      if (error.failureType === "subtestsFailed") continue;
      failed++;
      yield `failed: ${data.name}\n${error.cause?.stack ?? error.message}\n\n`;
    }
  }
  yield `${name}: ${passed} passed, ${failed} failed\n`;
}
