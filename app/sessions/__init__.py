"""The sessions of folders: what there is, what each is about, what it cost; without a screen."""
