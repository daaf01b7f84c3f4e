"""The fold: events in, append-only columns out; everything else looks these up."""
