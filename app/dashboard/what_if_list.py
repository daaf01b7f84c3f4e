"""The what-if panel: shown and hidden."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..contain import contained
from ..panes.what_if import WhatIfPane


@contained
class WhatIfActions:
    """Opens and closes the panel; part of the dashboard screen."""

    def action_what_if(self) -> None:
        """Show or hide what the bill would have been."""
        self.toggle_list(self.what_if_list)

    if TYPE_CHECKING:  # the rest is the screen's
        what_if_list: WhatIfPane

        def __getattr__(self, name: str) -> Any: ...
