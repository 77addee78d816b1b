"""A small GitHub: its API's behaviour over real git repositories, kept in memory."""
