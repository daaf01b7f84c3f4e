"""More rules, a layer above the documented categories: a second pass over the columns, tuned and muted by the user."""
