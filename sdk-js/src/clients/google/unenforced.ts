/** Methods that cost, and are not enforced. */
export const UNENFORCED: readonly string[] = [
  // Jobs, whose cost comes later.
  "batches.create",
  "batches.createEmbeddings",
  "models.generateVideos",
  "tunings.tune",
  // Sessions and agents, which Google runs.
  "agents.create",
  "interactions.create",
  "live.connect",
  "live.music.connect",
  "triggers.create",
  "triggers.run",
  // Counted in ways of their own.
  "caches.create",
  "decisions.create",
  "fileSearchStores.importFile",
  "fileSearchStores.uploadToFileSearchStore",
  "voices.create",
];
