# SPDX-License-Identifier: GPL-2.0
"""What expiry.py is told of peers by group config: that each peer is removed once for each time
that it was added, why, and when: the name of each is the time when the last request about it
began. Where the numbers of the events have a gap some were lost, and what is known of the peers of
that link begins anew."""
import collections

from cvtest import ktap, netlink as nl

# The clock of timers is a tick behind.
EARLY_S = 0.02
SHOWN = 5


class Link:
    """The peers of a link: for each that is there (idle_s, when the request began that has set it);
    None for one that is not."""

    def __init__(self):
        self.number, self.peers, self.ever, self.gaps = 0, {}, set(), 0

    def alive(self):
        return {key for key, peer in self.peers.items() if peer}


class Ledger:
    """All that has been told, by the index of the link."""

    def __init__(self):
        self.links = collections.defaultdict(Link)
        self.reasons = collections.Counter()
        self.faults = collections.defaultdict(list)
        self.gaps = 0

    def fault(self, rule, key, event):
        self.faults[rule].append(f"{key.hex()[:8]} at {event.time[0] % 1000}.{event.time[1]:09}, "
                                 f"event {event.number}: {event}")

    def note(self, event):
        link = self.links[nl.number(event.device[nl.IFINDEX])]
        if event.number != link.number + 1:
            self.gaps += 1
            link.gaps += 1
            link.peers = {}
        link.number = event.number
        for peer in event.peers:
            self.note_peer(link, event, peer)

    def note_peer(self, link, event, peer):
        key, idle_s = peer[nl.PEER_KEY], nl.number(peer.get(nl.PEER_IDLE_S, b""))
        told = idle_s, float(peer[nl.PEER_NAME].rstrip(b"\0"))
        # Without a gap what was never told is not there.
        before = link.peers.get(key, "unknown" if link.gaps else None)
        if event.kind == "peer added":
            if before not in (None, "unknown"):
                self.fault("added twice", key, event)
            link.peers[key] = told
            link.ever.add(key)
            return
        if before is None:
            self.fault(f"{event.kind} that is not there", key, event)
        if event.kind == "peer changed":
            if before in (None, "unknown"):
                link.peers[key] = idle_s, 0.0
            # The same again does not give it more time.
            elif before[0] != idle_s:
                link.peers[key] = told
            return
        link.peers[key] = None
        self.reasons[event.reason] += 1
        if event.reason in ("asked", "replaced") and not event.portid:
            self.fault("removed on request, without a port id", key, event)
        if event.reason == "expired" and before not in (None, "unknown"):
            self.note_expired(event, key, idle_s, before)

    def note_expired(self, event, key, idle_s, before):
        now = event.time[0] + event.time[1] / 1e9
        if not before[0] or idle_s != before[0]:
            self.fault(f"expired with idle_s {idle_s}, was told {before[0]}", key, event)
        elif now - before[1] < idle_s - EARLY_S:
            self.fault(f"expired too early, idle_s {idle_s}", key, event)
        if event.portid:
            self.fault("expired, with a port id", key, event)

    def judge(self, links, overflowed):
        """LINKS: {index: (keys there are, keys that were added)}; the others have gone."""
        told = sum(self.reasons.values())
        ktap.note(f"{told} removals, {self.gaps} gaps: "
                  f"{', '.join(f'{why} {n}' for why, n in sorted(self.reasons.items()))}")
        faults = [f"{rule}: {len(found)} of them, {'; '.join(found[:SHOWN])}"
                  for rule, found in self.faults.items()]
        ktap.equal("each peer that was added is told to be removed once, and none comes after it",
                   [], faults)
        for reason in "asked", "replaced", "expired", "link gone":
            ktap.true(f"peers are removed for reason {reason}", self.reasons[reason],
                      "one or more", 0)
        for index, (there, added) in links.items():
            link = self.links[index]
            if not link.gaps:
                differ = sorted(key.hex()[:8] for key in link.alive() ^ there)
                ktap.equal(f"link {index}: peers that differ in events and in a dump", "none",
                           f"{len(differ)}: {', '.join(differ[:SHOWN])}" if differ else "none")
                ktap.equal(f"link {index}: peers that were added and not told", 0,
                           len(added - link.ever))
        left = {index: len(link.alive()) for index, link in self.links.items()
                if index not in links and link.alive()}
        if not overflowed:
            ktap.equal("links that were deleted: peers that are not told to be removed", {}, left)
