"""May this caller do this to that?"""
