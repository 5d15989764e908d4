"""Once a day: forget what is over."""

from procrastinate.contrib.django import app

from clusterxchange.foundation import clock
from clusterxchange.journeys.personal_data import operations


@app.periodic(cron="20 3 * * *")
@app.task(queueing_lock="forget_what_is_over", lock="forget_what_is_over")
def forget_what_is_over(timestamp: int) -> None:  # noqa: ARG001 -- the queue hands it over; the scheme's clock decides
    """Forget what was meant for a while, and cases whose years are over."""
    operations.forget_what_is_over(clock.now())
