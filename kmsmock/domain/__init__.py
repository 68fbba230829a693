"""The things both services share: no HTTP, no wire names; time and random bytes are arguments."""
