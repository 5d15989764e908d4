"""Work that is done after the answer: what the scanner could not say at once."""

from procrastinate.contrib.django import app

from clusterxchange.foundation import clock, scanner


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="scan_waiting_files", lock="scan_waiting_files")
def scan_waiting_files(timestamp: int) -> None:  # noqa: ARG001 -- the queue hands it over; the scheme's clock decides
    """Ask the scanner again about the files in quarantine, and go on from what it has said by now."""
    at = clock.now()
    scanner.scan_waiting_files(at)
    scanner.follow_verdicts(at)
