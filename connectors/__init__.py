"""How the outside world is read: where exports lie, and how a vendor's file becomes rows."""
