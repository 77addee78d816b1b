"""What stands before every HTTP server of ours: who may speak to it, and for how long."""
