"""The waste ledger: what issues and findings wasted of the bill, each token and dollar counted once."""
