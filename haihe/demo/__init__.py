"""The demo's own pages: enter as anybody in one click, tours, the stories told here. Never else.

The pages exist only where `haihe run --demo` started the server, and enter only accounts that the
demo made: their password is printed for everybody at the start.
"""
