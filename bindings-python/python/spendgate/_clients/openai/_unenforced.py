"""Methods that cost, and are not enforced."""

from __future__ import annotations

from typing import Final

UNENFORCED: Final = (
    # Not yet.
    "audio.speech.create",
    "audio.transcriptions.create",
    "audio.translations.create",
    "decisions.create",
    "images.create_variation",
    "images.edit",
    "images.generate",
    # Jobs, whose cost comes later.
    "batches.create",
    "evals.runs.create",
    "fine_tuning.alpha.graders.run",
    "fine_tuning.jobs.create",
    "fine_tuning.jobs.resume",
    "videos.create",
    "videos.create_and_poll",
    "videos.create_character",
    "videos.edit",
    "videos.extend",
    "videos.remix",
    # Sessions, which somebody else speaks in.
    "beta.chatkit.sessions.create",
    "beta.realtime.connect",
    "beta.realtime.sessions.create",
    "beta.realtime.transcription_sessions.create",
    "beta.responses.connect",
    "live.connect",
    "live.create",
    "live.forks.connect",
    "live.sessions.accept",
    "live.sessions.fork",
    "live.sideband.connect",
    "realtime.calls.accept",
    "realtime.calls.create",
    "realtime.client_secrets.create",
    "realtime.connect",
    "realtime.translations.client_secrets.create",
    "realtime.translations.connect",
    "responses.connect",
    # Agents, which the provider runs.
    "beta.agents.automations.create",
    "beta.agents.automations.invocations.create",
    "beta.agents.automations.resume",
    "beta.agents.sessions.create",
    "beta.agents.sessions.events.create",
    "beta.agents.sessions.stream",
    "beta.threads.create_and_run",
    "beta.threads.create_and_run_poll",
    "beta.threads.create_and_run_stream",
    "beta.threads.runs.create",
    "beta.threads.runs.create_and_poll",
    "beta.threads.runs.create_and_stream",
    "beta.threads.runs.stream",
    "beta.threads.runs.submit_tool_outputs",
    "beta.threads.runs.submit_tool_outputs_and_poll",
    "beta.threads.runs.submit_tool_outputs_stream",
    # Charged by the hour, the piece or the day.
    "audio.voices.create",
    "containers.create",
)
