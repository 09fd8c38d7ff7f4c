"""Bare httpx: the same lanes, slots and small clients as ours, bodies ready in memory, and nothing stored or decided."""

from __future__ import annotations

import asyncio
import json
import ssl
import sys
from collections import defaultdict, deque
from datetime import UTC, datetime

import httpx

from benchmarks.deliveries import rendition_of, spread_out
from outreach.domain.plan import Planned

CONNECTIONS = 10
SLOTS = 8
"""As many calls of one channel in flight as our webhook adapter allows."""

Letter = tuple[str, bytes]


async def work(sink: str, count: int, due: datetime) -> None:
    """Make the bodies, say `ready`, and send them all at `due`."""
    lanes: dict[str, deque[Letter]] = defaultdict(deque)
    for planned in spread_out(count, due):
        lanes[planned.identity.channel].append(_letter(planned))
    trust = httpx.create_ssl_context(trust_env=False)
    print("ready", flush=True)
    await asyncio.sleep((due - datetime.now(UTC)).total_seconds())
    await asyncio.gather(*(_run_lane(sink, lane, trust) for lane in lanes.values()))


def _letter(planned: Planned) -> Letter:
    body = json.dumps(rendition_of(planned).to_json(), ensure_ascii=False)
    return planned.identity.key, body.encode()


async def _run_lane(sink: str, lane: deque[Letter], trust: ssl.SSLContext) -> None:
    limits = httpx.Limits(max_connections=CONNECTIONS, max_keepalive_connections=CONNECTIONS)
    async with httpx.AsyncClient(verify=trust, trust_env=False, limits=limits) as client:
        await asyncio.gather(*(_work_off(client, sink, lane) for _ in range(SLOTS)))


async def _work_off(client: httpx.AsyncClient, sink: str, lane: deque[Letter]) -> None:
    while lane:
        key, body = lane.popleft()
        response = await client.post(sink, content=body, headers={"webhook-id": key})
        response.raise_for_status()


if __name__ == "__main__":
    asyncio.run(work(sys.argv[1], int(sys.argv[2]), datetime.fromisoformat(sys.argv[3])))
