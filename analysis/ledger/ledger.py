"""What issues and findings wasted of the bill, as of any event; each token and dollar belongs to one of them."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..fold.columns import KNOWN_COST, KNOWN_TOTAL, NONE
from ..fold.lane_branches import LaneBranches
from ..fold.turns import NO_TURN
from ..issues.episodes import Episode
from .account import Account
from .bills import Bills
from .claims import CLAIM_OF, Claim, Scope
from .entry import NO_PART, Entry, Part, Wasted
from .turn_calls import TurnCalls

if TYPE_CHECKING:
    from ..rules.second_pass import SecondPass

_EVENTS_AT_A_TIME = 4_000
_RESPONSE, _STARTED, _CLAIMED, _WITHDRAWN = range(4)
"""What is taken in, in the order in which it is where one event is several of these."""

_Happening = tuple[int, int, int, int, int]
"""The event, what it is, the rank of a claim, and two numbers more: a row or call, or an entry and its update."""


@dataclass(slots=True)
class _Held:
    """An episode that may claim: its entry's number is its place in the list. `taken` updates of it were taken in."""

    episode: Episode
    rank: int
    claim: Claim
    entry: Entry
    taken: int = 0
    turns: set[int] | None = None
    parts: list[tuple[int, Part, Part]] | None = None
    """What it has of responses alone: the LLM row, what was taken from its bill, and what that counts as."""


class Ledger:
    """The waste of a session. Grows by `extend`, after the second pass; looked up by bisect. For one thread."""

    def __init__(self, found: SecondPass) -> None:
        self.found = found
        self.session = found.session
        self.taken = 0
        """How many events were looked at."""
        self._all = Entry()
        self._held: list[_Held] = []
        self._numbers: dict[int, int] = {}
        self._open: list[int] = []
        self._known = [0, 0]
        self._accounts: dict[int, Account] = {}
        self._bills = Bills(self.session.llm)
        self._rebilled: set[int] = set()
        self._priced_from = self._unpriced_from = NONE
        """The first responses whose cost is known, and is not."""
        self._calls = TurnCalls()
        self._branches = LaneBranches(self.session)
        self._turn_of = self.session.turns.of

    def extend(self, most: int = _EVENTS_AT_A_TIME) -> bool:
        """Take in the next events that the rules have looked at, at most so many; gives whether there are more."""
        first, known = self.taken, self.found.taken
        last = min(known, first + most)
        if first == last:
            return False
        for event, what, _, number, update in sorted(self._happenings(first, last)):
            if what == _RESPONSE:
                self._respond(event, number)
            elif what == _STARTED:
                self._start(event, number)
            elif what == _CLAIMED:
                self._claim(event, self._held[number], number, update)
            else:
                self._withdraw(event, self._held[number], number)
        self.taken = last
        return last < known

    def extend_to_end(self) -> None:
        """Take in all that the rules have looked at."""
        while self.extend():
            pass

    def wasted(self, at: int) -> Wasted:
        """What was wasted as of event `at`, of all that issues and findings claim."""
        return self._told(self._all, at)

    def wasted_by(self, episode: Episode, at: int) -> Wasted | None:
        """What is an issue's or a finding's own of it; None where its category claims nothing."""
        if episode.category not in CLAIM_OF:
            return None
        number = self._numbers.get(id(episode))
        return Wasted() if number is None else self._told(self._held[number].entry, at)

    def version(self, at: int) -> int:
        """Changes whenever anything that was wasted as of event `at` does."""
        return bisect_left(self._all.events, at)

    def _told(self, entry: Entry, at: int) -> Wasted:
        tokens, cost, unpriced = entry.sums(at)
        is_known = self._priced_from < at and (not tokens or unpriced < tokens)
        is_partial = self._unpriced_from < at
        by_tokens = is_partial or self._all.sums(at).unpriced > 0
        return Wasted(tokens, cost if is_known else None, unpriced, is_partial, by_tokens)

    def _happenings(self, first: int, last: int) -> Iterator[_Happening]:
        """What is to be taken in of these events."""
        llm, tools = self.session.llm, self.session.tools
        for row in range(bisect_left(llm.event, first), bisect_left(llm.event, last)):
            yield llm.event[row], _RESPONSE, 0, row, 0
        for call in range(bisect_left(tools.event, first), bisect_left(tools.event, last)):
            yield tools.event[call], _STARTED, 0, call, 0
        self._take_episodes(last)
        still_open = []
        for number in self._open:
            held = self._held[number]
            updates = held.episode.updates
            taken, held.taken = held.taken, bisect_left(updates, last, lo=held.taken)
            for update in range(taken, held.taken):
                yield updates[update], _CLAIMED, held.rank, number, update
            if held.episode.withdrawn < last:
                yield held.episode.withdrawn, _WITHDRAWN, held.rank, number, 0
            else:
                still_open.append(number)
        self._open = still_open

    def _take_episodes(self, last: int) -> None:
        """Note the episodes that were raised before an event and may claim anything."""
        for which, log in enumerate((self.session.issues, self.found.log)):
            episodes = log.episodes
            end = bisect_left(log.raised, last, lo=self._known[which])
            for episode in episodes[self._known[which] : end]:
                if episode.category in CLAIM_OF:
                    rank, claim = CLAIM_OF[episode.category]
                    self._numbers[id(episode)] = len(self._held)
                    self._open.append(len(self._held))
                    self._held.append(_Held(episode, rank, claim, Entry()))
            self._known[which] = end

    def _respond(self, event: int, row: int) -> None:
        """A response came: of a turn that is claimed it is too."""
        flags = self.session.llm.flags[row]
        if flags & KNOWN_COST:
            self._priced_from = min(self._priced_from, event)
        elif flags & KNOWN_TOTAL:
            self._unpriced_from = min(self._unpriced_from, event)
        account = self._accounts.get(self._turn_of(event)) if self._accounts else None
        if account is not None:
            account.bill = account.bill.plus(self._bills.left(row))
            self._settle(event, account)

    def _start(self, event: int, call: int) -> None:
        """A call began: the others of its turn have a smaller part of it."""
        turn = self._turn_of(event)
        self._calls.add(turn)
        account = self._accounts.get(turn)
        if account is not None:
            account.calls = self._calls.of(turn)
            self._settle(event, account)

    def _claim(self, event: int, held: _Held, number: int, update: int) -> None:
        """An issue was raised or went on: take what its new evidence stands for."""
        episode = held.episode
        spared = held.claim.spared(episode)
        first = max(spared, episode.lengths[update - 1] if update else 0)
        for index in range(first, episode.lengths[update]):
            proof = episode.evidence[index]
            if held.claim.unchanged and index and self._is_changed(episode.evidence[index - 1], proof):
                continue
            _TAKE[held.claim.scope](self, event, held, number, proof)

    def _is_changed(self, before: int, event: int) -> bool:
        """Whether some file was changed between two events."""
        changes = self.found.changes
        place = bisect_left(changes, before)
        return place < len(changes) and changes[place] < event

    def _take_rebilled(self, event: int, held: _Held, number: int, proof: int) -> None:
        losses = self.found.losses
        index = losses.breaks.count(proof)
        if index >= len(losses.breaks) or losses.breaks.events[index] != proof:
            return
        row = self.session.llm.rows(proof)
        if row not in self._rebilled:
            self._rebilled.add(row)
            self._take_part(event, held, number, row, losses.breaks.rebilled_by(index), losses.loss(index).dollars)

    def _take_response(self, event: int, held: _Held, number: int, proof: int) -> None:
        row = self.session.llm.rows(proof)
        llm_events = self.session.llm.event
        if row < len(llm_events) and llm_events[row] == proof:
            self._take_part(event, held, number, row, None, None)

    def _take_call(self, event: int, held: _Held, number: int, proof: int) -> None:
        call = self.session.tools.call_of(proof)
        turn = NO_TURN if call is None else self._turn_of(self.session.tools.event[call])
        if call is not None and turn:
            account = self._account(event, turn)
            account.claim_call(call, (held.rank, number))
            self._note(held, turn)
            self._settle(event, account)

    def _take_turn(self, event: int, held: _Held, number: int, proof: int) -> None:
        turn = self._turn_of(proof)
        if turn:
            self._take_whole(event, held, number, turn)

    def _take_agent(self, event: int, held: _Held, number: int, proof: int) -> None:
        agents = self.session.agents
        agent = bisect_left(agents.event, proof)
        while agent < len(agents.event) and agents.event[agent] == proof:
            if agents.end[agent] == event:
                self._take_lane(event, held, number, agents.lane[agent], proof)
            agent += 1

    def _take_lane(self, event: int, held: _Held, number: int, lane: int, since: int) -> None:
        """Take all turns in which an agent was answered since an event."""
        session = self.session
        for branch in self._branches.of(lane):
            rows = branch.llm_rows
            first, last = bisect_left(rows, session.llm.rows(since)), bisect_left(rows, session.llm.rows(event))
            for turn in dict.fromkeys(self._turn_of(session.llm.event[row]) for row in rows[first:last]):
                self._take_whole(event, held, number, turn)

    def _take_whole(self, event: int, held: _Held, number: int, turn: int) -> None:
        account = self._account(event, turn)
        account.claim_whole((held.rank, number))
        self._note(held, turn)
        self._settle(event, account)

    def _take_part(
        self, event: int, held: _Held, number: int, row: int, tokens: int | None, dollars: float | None
    ) -> None:
        """Take some of a response, or with None what is left of it, and leave the rest to who claims the turn.

        Tokens whose dollars nobody knows leave all of the response's dollars where they are.
        """
        taken = counted = left = self._bills.left(row)
        if tokens is not None:
            tokens = min(tokens, left.tokens)
            taken = Part(tokens, min(dollars or 0.0, left.cost), min(tokens, left.unpriced))
            counted = taken if dollars is not None else taken._replace(unpriced=tokens)
        self._bills.take(row, taken)
        held.parts = [*(held.parts or ()), (row, taken, counted)]
        self._add(event, held.entry, counted)
        account = self._accounts.get(self._turn_of(self.session.llm.event[row]))
        if account is not None:
            account.bill = account.bill.less(taken)
            self._settle(event, account)

    def _withdraw(self, event: int, held: _Held, number: int) -> None:
        """An issue turned out to be nothing: what it had is free for others."""
        for row, taken, counted in held.parts or ():
            self._bills.give_back(row, taken)
            self._add(event, held.entry, NO_PART.less(counted))
            account = self._accounts.get(self._turn_of(self.session.llm.event[row]))
            if account is not None:
                account.bill = account.bill.plus(taken)
                self._settle(event, account)
        for turn in sorted(held.turns or ()):
            account = self._accounts[turn]
            account.give_up(number)
            self._settle(event, account)

    def _account(self, event: int, turn: int) -> Account:
        """The account of a turn, with what it took up to an event."""
        account = self._accounts.get(turn)
        if account is not None:
            return account
        account = self._accounts[turn] = Account()
        for row in self.session.turns.llm_rows(turn, event + 1):
            account.bill = account.bill.plus(self._bills.left(row))
        account.calls = self._calls.of(turn)
        return account

    def _settle(self, event: int, account: Account) -> None:
        for number, part in account.settle():
            self._add(event, self._held[number].entry, part)

    def _add(self, event: int, entry: Entry, part: Part) -> None:
        entry.add(event, part)
        self._all.add(event, part)

    @staticmethod
    def _note(held: _Held, turn: int) -> None:
        """Remember what an episode claims, in case it is withdrawn."""
        if held.turns is None:
            held.turns = set()
        held.turns.add(turn)


_TAKE = {
    Scope.REBILLED: Ledger._take_rebilled,
    Scope.RESPONSE: Ledger._take_response,
    Scope.CALL: Ledger._take_call,
    Scope.ITERATION: Ledger._take_turn,
    Scope.AGENT: Ledger._take_agent,
}
