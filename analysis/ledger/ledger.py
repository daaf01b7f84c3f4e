"""What issues and findings wasted of the bill, as of any event; each token and dollar belongs to one of them."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..fold.columns import KNOWN_COST, KNOWN_TOTAL, NONE
from ..fold.lane_branches import LaneBranches
from ..issues.episodes import Episode
from .account import Account
from .claims import CLAIM_OF, Claim, Scope
from .entry import Entry, Wasted

if TYPE_CHECKING:
    from ..rules.second_pass import SecondPass
    from ..view import View

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
    iterations: set[int] | None = None
    parts: list[tuple[int, int, float]] | None = None


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
        self._parts: dict[int, tuple[int, float]] = {}
        """Of a row of the LLM columns what was claimed of it alone: tokens and dollars."""
        self._rebilled: set[int] = set()
        self._priced_from = NONE
        self._calls: array[int] = array("I")
        """By iteration how many calls were begun in it."""
        self._branches = LaneBranches(self.session)

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
        tokens, cost = entry.sums(at)
        return Wasted(tokens, cost if self._priced_from < at else None)

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
        """A response came: of an iteration that is claimed it is too."""
        if self.session.llm.flags[row] & KNOWN_COST:
            self._priced_from = min(self._priced_from, event)
        account = self._accounts.get(self.session.events.iteration[event])
        if account is not None:
            tokens, cost = self._bill(row)
            account.tokens += tokens
            account.cost += cost
            self._settle(event, account)

    def _start(self, event: int, call: int) -> None:
        """A call began: the others of its iteration have a smaller part of it."""
        iteration, calls = self.session.events.iteration[event], self._calls
        if iteration >= len(calls):
            calls.frombytes(bytes(calls.itemsize * (iteration + 1 - len(calls))))
        calls[iteration] += 1
        account = self._accounts.get(iteration)
        if account is not None:
            account.calls = calls[iteration]
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
        iteration = 0 if call is None else self.session.events.iteration[self.session.tools.event[call]]
        if call is not None and iteration:
            account = self._account(event, iteration)
            account.claim_call(call, (held.rank, number))
            self._note(held, iteration)
            self._settle(event, account)

    def _take_iteration(self, event: int, held: _Held, number: int, proof: int) -> None:
        iteration = self.session.events.iteration[proof]
        if iteration:
            self._take_whole(event, held, number, iteration)

    def _take_agent(self, event: int, held: _Held, number: int, proof: int) -> None:
        agents = self.session.agents
        agent = bisect_left(agents.event, proof)
        while agent < len(agents.event) and agents.event[agent] == proof:
            if agents.end[agent] == event:
                self._take_lane(event, held, number, agents.lane[agent], proof)
            agent += 1

    def _take_lane(self, event: int, held: _Held, number: int, lane: int, since: int) -> None:
        """Take all iterations in which an agent was answered since an event."""
        session = self.session
        for branch in self._branches.of(lane):
            rows = branch.llm_rows
            first, last = bisect_left(rows, session.llm.rows(since)), bisect_left(rows, session.llm.rows(event))
            iterations = dict.fromkeys(session.events.iteration[session.llm.event[row]] for row in rows[first:last])
            for iteration in iterations:
                if iteration:
                    self._take_whole(event, held, number, iteration)

    def _take_whole(self, event: int, held: _Held, number: int, iteration: int) -> None:
        account = self._account(event, iteration)
        account.claim_whole((held.rank, number))
        self._note(held, iteration)
        self._settle(event, account)

    def _take_part(
        self, event: int, held: _Held, number: int, row: int, tokens: int | None, dollars: float | None
    ) -> None:
        """Take some of a response, or with None what is left of it, and leave the rest to who claims the iteration."""
        left_tokens, left_cost = self._bill(row)
        is_whole = tokens is None
        tokens = left_tokens if tokens is None else min(tokens, left_tokens)
        cost = left_cost if is_whole else min(dollars or 0.0, left_cost)
        before = self._parts.get(row, (0, 0.0))
        self._parts[row] = before[0] + tokens, before[1] + cost
        held.parts = [*(held.parts or ()), (row, tokens, cost)]
        self._add(event, held.entry, tokens, cost)
        account = self._accounts.get(self.session.events.iteration[self.session.llm.event[row]])
        if account is not None:
            account.tokens -= tokens
            account.cost -= cost
            self._settle(event, account)

    def _withdraw(self, event: int, held: _Held, number: int) -> None:
        """An issue turned out to be nothing: what it had is free for others."""
        for row, tokens, cost in held.parts or ():
            before = self._parts[row]
            self._parts[row] = before[0] - tokens, before[1] - cost
            self._add(event, held.entry, -tokens, -cost)
            account = self._accounts.get(self.session.events.iteration[self.session.llm.event[row]])
            if account is not None:
                account.tokens += tokens
                account.cost += cost
                self._settle(event, account)
        for iteration in sorted(held.iterations or ()):
            account = self._accounts[iteration]
            account.give_up(number)
            self._settle(event, account)

    def _account(self, event: int, iteration: int) -> Account:
        """The account of an iteration, with what it took up to an event."""
        account = self._accounts.get(iteration)
        if account is not None:
            return account
        session = self.session
        account = self._accounts[iteration] = Account()
        row = session.iterations.last_llm[iteration]
        while row:
            if session.llm.event[row - 1] <= event:
                tokens, cost = self._bill(row - 1)
                account.tokens += tokens
                account.cost += cost
            row = session.llm.previous_in_iteration[row - 1]
        account.calls = self._calls[iteration] if iteration < len(self._calls) else 0
        return account

    def _bill(self, row: int) -> tuple[int, float]:
        """Tokens and dollars of a response, without what parts of it were claimed alone."""
        llm, flags = self.session.llm, self.session.llm.flags[row]
        tokens = llm.sum_total[row] - (llm.sum_total[row - 1] if row else 0) if flags & KNOWN_TOTAL else 0
        cost = llm.cost[row] if flags & KNOWN_COST else 0.0
        taken = self._parts.get(row)
        return (tokens, cost) if taken is None else (tokens - taken[0], max(0.0, cost - taken[1]))

    def _settle(self, event: int, account: Account) -> None:
        for number, tokens, cost in account.settle():
            self._add(event, self._held[number].entry, tokens, cost)

    def _add(self, event: int, entry: Entry, tokens: int, cost: float) -> None:
        entry.add(event, tokens, cost)
        self._all.add(event, tokens, cost)

    @staticmethod
    def _note(held: _Held, iteration: int) -> None:
        """Remember what an episode claims, in case it is withdrawn."""
        if held.iterations is None:
            held.iterations = set()
        held.iterations.add(iteration)


_TAKE = {
    Scope.REBILLED: Ledger._take_rebilled,
    Scope.RESPONSE: Ledger._take_response,
    Scope.CALL: Ledger._take_call,
    Scope.ITERATION: Ledger._take_iteration,
    Scope.AGENT: Ledger._take_agent,
}


def share_of(wasted: Wasted, view: View) -> float | None:
    """What part of a view's bill was wasted, 0 to 1: of its cost where that is known, else of its tokens."""
    return share_of_bill(wasted, view.tokens.total, view.cost)


def share_of_bill(wasted: Wasted, tokens: int | None, cost: float | None) -> float | None:
    """The same of a bill of so many tokens and dollars."""
    if wasted.cost is not None and cost:
        return min(1.0, wasted.cost / cost)
    return min(1.0, wasted.tokens / tokens) if tokens else None
