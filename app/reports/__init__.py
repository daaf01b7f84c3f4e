"""Reports: what a trace says as plain text or JSON, without a dashboard. Nothing here imports Textual."""
