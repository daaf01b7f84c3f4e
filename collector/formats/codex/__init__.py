"""Rollouts of OpenAI's Codex CLI: one file per thread, `~/.codex/sessions/YYYY/MM/DD/rollout-*.jsonl`."""

from __future__ import annotations

from ..translator import Format
from .card import card_of
from .companions import companions
from .rollout import recognises, time_of
from .translator import CodexTranslator

CODEX = Format("codex", recognises, CodexTranslator, time_of, companions, card_of)
