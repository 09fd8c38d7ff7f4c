"""A local Facebook: one Page behind the Graph API, durable, with faults to switch on, and the feed as a follower sees it."""

from outreach.sandbox.facebook.app import Sandbox
from outreach.sandbox.facebook.faults import FAULTS, Fault, Faults
from outreach.sandbox.facebook.made import Made, made
from outreach.sandbox.facebook.place import Place
from outreach.sandbox.facebook.wire import appsecret_proof

__all__ = ["FAULTS", "Fault", "Faults", "Made", "Place", "Sandbox", "appsecret_proof", "made"]
