"""`python -m webapp.worker` hears the recordings that became jobs, apart from the server."""

import logging


def main() -> None:
    """Work until told to stop."""
    logging.basicConfig(format="%(asctime)s worker: %(message)s")
    from wsgi import app  # noqa: I001 - which says how many threads libraries may start, first of all

    from webapp.consumer import work

    work(app)


if __name__ == "__main__":
    main()
