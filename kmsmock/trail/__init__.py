"""The record in CloudTrail's words: calls and AWS's own deeds as events, events in their shape."""
