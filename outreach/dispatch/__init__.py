"""From files to the queue, and from the queue to the channels: sync, dispatcher, attempt, steps, reconcile."""
