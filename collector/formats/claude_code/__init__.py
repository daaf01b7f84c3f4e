"""Claude Code's session logs: `projects/<folder>/<session>.jsonl`, and the logs of sub-agents beside it."""
