"""The host's log as events."""

import json
import logging

import pytest
from tracetop import TraceCollector, TraceLogHandler


@pytest.fixture
def collector():
    return TraceCollector(None, "s")


@pytest.fixture
def log(collector):
    logger = logging.Logger("host.tools", logging.DEBUG)
    logger.addHandler(TraceLogHandler(collector))
    return logger


def events_of(collector):
    return [json.loads(line) for line in collector.lines()]


def test_a_record_is_an_event_where_it_was_logged(collector, log):
    with collector.iteration(4), collector.tool("t") as call:
        log.info("read %d files", 3, extra={"path": "src"})
    event = events_of(collector)[2]
    where = event["data"].pop("where")
    assert (event["kind"], event["iteration"], event["parent_event_id"]) == ("custom", 4, call.event_id)
    assert event["data"] == {"message": "read 3 files", "level": "INFO", "logger": "host.tools", "path": "src"}
    assert where.partition(":")[0].endswith("test_log_handler.py")


def test_an_error_is_an_error_and_a_warning_is_not(collector, log):
    log.warning("careful")
    log.error("broken")
    log.critical("worse")
    assert [event["kind"] for event in events_of(collector)] == ["custom", "error", "error"]
    assert [event["data"].get("error") for event in events_of(collector)] == [None, "broken", "worse"]
    assert collector.summary()["errors"] == 2


def test_an_exception_is_told_once(collector, log):
    try:
        with collector.tool("bad"):
            raise ValueError("boom")
    except ValueError:
        log.exception("the tool failed")
    try:
        raise KeyError("new")
    except KeyError:
        log.exception("something else")
    told, new = events_of(collector)[2:]
    assert (told["kind"], told["data"]["exception"]) == ("custom", "boom")
    assert (new["kind"], new["data"]["error"], new["data"]["error_type"]) == ("error", "something else", "KeyError")
    assert collector.summary()["errors"] == 2


def test_levels_may_be_chosen(collector):
    logger = logging.Logger("host")
    logger.addHandler(TraceLogHandler(collector, level=logging.WARNING, error_level=logging.CRITICAL))
    logger.info("left out")
    logger.error("kept")
    assert [event["kind"] for event in events_of(collector)] == ["custom"]


def test_the_time_is_the_records_own(collector, log):
    record = log.makeRecord("host", logging.INFO, __file__, 1, "late", (), None)
    record.created = 1234.5
    log.handle(record)
    assert events_of(collector)[0]["timestamp"] == 1234.5


def test_a_record_that_cannot_be_formatted_is_kept_as_it_is(collector, log):
    class Hostile:
        def __str__(self):
            raise RuntimeError("no text")

    log.info("%d files", "three")
    log.info(Hostile(), extra={"object": Hostile()})
    assert events_of(collector)[0]["data"]["message"] == "%d files"
    assert "unreadable" in events_of(collector)[1]["data"]["message"]


def test_a_subscriber_that_logs_does_not_go_round_in_circles(collector, log):
    collector.subscribe(lambda event: log.info("an event: %s", event.kind))
    collector.record("checkpoint")
    assert [event["kind"] for event in events_of(collector)] == ["checkpoint", "custom"]
