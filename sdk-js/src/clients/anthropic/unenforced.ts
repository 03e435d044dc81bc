/** Methods that cost, and are not enforced. */
export const UNENFORCED: readonly string[] = [
  // Jobs, whose cost comes later.
  "beta.dreams.create",
  "beta.messages.batches.create",
  "messages.batches.create",
  // Agents, which Anthropic runs.
  "beta.deployments.create",
  "beta.deployments.run",
  "beta.deployments.unpause",
  "beta.environments.work.worker",
  "beta.sessions.create",
  "beta.sessions.events.send",
  "beta.sessions.events.toolRunner",
];
